/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of users and groups as a{ss} that comes and entries of a{sv} that go. On sd-bus. */
#include "gateway/control_bus_parts.h"

#include <errno.h>
#include <string.h>

/* Sets the error "KEY: what is wrong; allowed: ...". */
static int refuse_value(sd_bus_error *ret_error, const struct attribute *attribute,
			const char *wrong)
{
	return sd_bus_error_setf(ret_error, BUS_INTERFACE ".Invalid",
				 "%s: the value %s; allowed: %s", attribute->name, wrong,
				 attribute->allowed);
}

/* Takes one value over. Return: 0; else what a method returns. */
static int take_value(const struct attribute *table, const char *key, const char *value,
		      void *attributes, sd_bus_error *ret_error)
{
	const struct attribute *attribute = attribute_find(table, key);
	const char *wrong;

	if (!attribute)
		return sd_bus_error_setf(ret_error, BUS_INTERFACE ".Invalid",
					 "there is no such attribute");
	wrong = attribute_parse(attribute, value, attributes);
	return wrong ? refuse_value(ret_error, attribute, wrong) : 0;
}

int control_bus_read_attributes(sd_bus_message *message, const struct attribute *table,
				void *attributes, sd_bus_error *ret_error)
{
	const char *key, *value;
	int r = sd_bus_message_enter_container(message, 'a', "{ss}"), refused = 0;

	/* To the end in any case: more may follow. */
	while (r >= 0 && (r = sd_bus_message_read(message, "{ss}", &key, &value)) > 0)
		if (!refused)
			refused = take_value(table, key, value, attributes, ret_error);
	if (r >= 0)
		r = sd_bus_message_exit_container(message);
	return r < 0 ? r : refused;
}

int control_bus_check_pool(const struct control_bus *bus, const char *before, const char *pool,
			   sd_bus_error *ret_error)
{
	const struct configuration *configuration = bus->resources.configuration;
	char names[CONFIGURATION_POOL_NAMES_MAX];

	if (strcmp(before, pool) == 0 || configuration_pool_exists(configuration, pool))
		return 0;
	return sd_bus_error_setf(ret_error, BUS_INTERFACE ".Invalid",
				 "pool: there is no pool \"%s\"; allowed: nothing, %s", pool,
				 configuration_pool_names(configuration, names));
}

/* What has its default, of a new user or group, is left out. */
int control_bus_append_attributes(sd_bus_message *message, const struct attribute *table,
				  const void *attributes)
{
	char text[ATTRIBUTE_TEXT_MAX];
	int r = 0;

	for (const struct attribute *a = table; a->name && r >= 0; a++) {
		uint64_t number = attribute_is_number(a) ? attribute_number(a, attributes) : 0;

		switch (a->kind) {
		case ATTRIBUTE_KIND_FLAG:
			r = sd_bus_message_append(message, "{sv}", a->name, "b", (int)number);
			break;
		case ATTRIBUTE_KIND_NUMBER:
		case ATTRIBUTE_KIND_DURATION:
			if (number)
				r = control_bus_append_u32(message, a->name, (uint32_t)number);
			break;
		case ATTRIBUTE_KIND_TIME:
			if (number)
				r = control_bus_append_u64(message, a->name, number);
			break;
		case ATTRIBUTE_KIND_COMMENT:
		case ATTRIBUTE_KIND_NAME:
		case ATTRIBUTE_KIND_IPV4:
		case ATTRIBUTE_KIND_IPV6:
		case ATTRIBUTE_KIND_DNS:
		case ATTRIBUTE_KIND_NETWORKS:
			if (*attribute_format(a, attributes, text))
				r = control_bus_append_string(message, a->name, text);
			break;
		}
	}
	return r;
}

int control_bus_refuse_database(sd_bus_error *ret_error, int error)
{
	if (error == -ENOENT || error == -EEXIST)
		return control_bus_refuse(ret_error, error, user_database_error_text(error));
	if (error == -ENXIO || error == -EADDRINUSE || error == -ENOTEMPTY || error == -EDQUOT)
		return control_bus_refuse(ret_error, -EINVAL, user_database_error_text(error));
	return control_bus_refuse(ret_error, -EIO, user_database_error_text(error));
}
