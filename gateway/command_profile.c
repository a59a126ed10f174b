/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saregate profile: the file that makes a device connect. The pre-shared key
 * goes into it, and so does the password if the caller knows it; both are
 * wiped, and neither goes anywhere but where secret_output.h allows. I/O.
 */
#include "base/cleanup.h"
#include "gateway/answer.h"
#include "gateway/password.h"
#include "gateway/profile.h"
#include "gateway/profile_signature.h"
#include "gateway/profile_source.h"
#include "gateway/secret_output.h"
#include "gateway/user_database.h"
#include "gateway/user_request.h"

#include <errno.h>
#include <string.h>

/* What was asked for; borrowed from argv. */
struct request {
	const struct profile_client *client;
	const char *client_name;
	const char *output;
	const char *server;
	const char *name;
	const char *routes;
	struct profile_signer signer;
	bool password_from_stdin;
	bool force;
};

/* What a profile is made of, where it does not come from argv. */
struct material {
	char server[INET6_ADDRSTRLEN];
	char name[PROFILE_NAME_MAX + 1];
	char psk[LIBRESWAN_PSK_MAX + 1];
	char password[PASSWORD_SIZE];
};

static void material_wipe(struct material *material)
{
	explicit_bzero(material, sizeof(*material));
}

/* ---- usage ---------------------------------------------------------------------- */

static enum command_result check_signer(const struct command *command,
					const struct request *request)
{
	const struct profile_signer *signer = &request->signer;

	if (!signer->certificate && !signer->key && !signer->chain)
		return COMMAND_DONE;
	if (!signer->certificate || !signer->key)
		return command_usage(command, "--sign-certificate and --sign-key go together");
	if (strcmp(request->client_name, "apple") != 0)
		return command_usage(command, "only a profile for apple can be signed");
	if (!request->output)
		return command_usage(command, "what is signed is binary: it wants --output");
	return COMMAND_DONE;
}

/* Checks all that can be checked without looking at this host. */
static enum command_result check_request(const struct command *command, struct request *request,
					 struct profile *profile)
{
	const char *wrong;

	wrong = user_name_check(profile->user);
	if (wrong)
		return command_usage(command, "%s", wrong);
	if (!request->client_name)
		return command_usage(command, "wants --client %s", PROFILE_CLIENT_NAMES);
	request->client = profile_client_find(request->client_name);
	if (!request->client)
		return command_usage(command, "--client is one of %s", PROFILE_CLIENT_NAMES);
	if (request->server && (wrong = profile_server_check(request->server)))
		return command_usage(command, "--server %s", wrong);
	if (request->name && (wrong = profile_name_check(request->name)))
		return command_usage(command, "--name: %s", wrong);
	if (request->routes && (wrong = profile_routes_parse(request->routes, profile)))
		return command_usage(command, "--route %s", wrong);
	if (request->password_from_stdin)
		profile->password = "";
	if (request->client->refuse && (wrong = request->client->refuse(profile)))
		return command_usage(command, "%s", wrong);
	if (request->force && !request->output)
		return command_usage(command, "--force is for --output");
	return check_signer(command, request);
}

/* ---- this host ------------------------------------------------------------------- */

static enum command_result report(int error, const struct setup_error *reason)
{
	return command_fail("%s", error == -ECANCELED ? reason->text : strerror(-error));
}

static enum command_result find_server(const struct request *request, struct material *material,
				       struct profile *profile)
{
	struct setup_error reason;
	struct inet_address server;
	int r;

	profile->server = request->server;
	if (request->server)
		return COMMAND_DONE;
	r = profile_source_server(&server, &reason);
	if (r < 0)
		return report(r, &reason);
	profile->server = inet_address_format(&server, material->server);
	if (profile_source_is_private(&server))
		fprintf(stderr,
			"saregate: note: %s is a private address; if clients reach this host by "
			"another, say which with --server\n",
			material->server);
	return COMMAND_DONE;
}

static enum command_result gather(const struct request *request, struct material *material,
				  struct profile *profile)
{
	struct setup_error reason;
	enum command_result result;
	int r;

	result = find_server(request, material, profile);
	if (result != COMMAND_DONE)
		return result;
	profile->name = request->name ? request->name
				      : profile_name_default(profile->server, material->name);
	r = profile_source_mtu(&profile->mtu, &reason);
	if (r == 0)
		r = profile_source_psk(material->psk, &reason);
	profile->psk = material->psk;
	return r < 0 ? report(r, &reason) : COMMAND_DONE;
}

/* ---- the user ---------------------------------------------------------------------- */

static enum command_result check_user_exists(const char *name)
{
	_cleanup_(json_putp) json_object *user = NULL;
	char error[CONTROL_ERROR_MAX];

	if (user_request_get(name, &user, error) < 0)
		return command_fail("user %s: %s", name, error);
	return COMMAND_DONE;
}

static enum command_result ask_whether_right(const char *name,
					     const uint8_t hash[MSCHAPV2_NT_HASH_SIZE])
{
	_cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	enum command_result result;
	int right = 0;

	result = user_request_send("CheckPassword", name, hash, &reply);
	if (result != COMMAND_DONE)
		return result;
	if (sd_bus_message_read(reply, "b", &right) < 0)
		return command_fail("the answer of saregated is not understood");
	return right ? COMMAND_DONE
		     : command_fail("user %s: that is not the password of this user", name);
}

/* Reads the password and has saregated compare its hash. */
static enum command_result take_password(struct material *material, struct profile *profile)
{
	uint8_t hash[MSCHAPV2_NT_HASH_SIZE];
	enum command_result result;
	const char *wrong;

	wrong = password_read(STDIN_FILENO, material->password);
	if (wrong)
		return command_fail("%s", wrong);
	wrong = profile_secret_check(material->password);
	if (wrong)
		return command_fail("the password: %s", wrong);
	if (mschapv2_nt_hash(material->password, hash) < 0)
		return command_fail("the password is not UTF-8");
	result = ask_whether_right(profile->user, hash);
	explicit_bzero(hash, sizeof(hash));
	profile->password = material->password;
	return result;
}

/* ---- the command --------------------------------------------------------------------- */

static enum command_result put_out(const struct request *request, const struct profile *profile,
				   const struct profile_text *text)
{
	char error[SECRET_OUTPUT_ERROR_MAX];

	if (secret_output_write(request->output, request->force, text->bytes, text->size, error) <
	    0)
		return command_fail("%s", error);
	if (request->output)
		printf("wrote %s: it holds the pre-shared key%s, delete it once it is on the "
		       "device\n",
		       request->output, profile->password ? " and the password" : "");
	return COMMAND_DONE;
}

static enum command_result deliver(const struct request *request, const struct profile *profile)
{
	_cleanup_(profile_text_done) struct profile_text text = { 0 };
	_cleanup_(profile_text_done) struct profile_text in_signature = { 0 };
	char error[PROFILE_SIGNATURE_ERROR_MAX];
	int r;

	r = profile_make(request->client, profile, &text);
	if (r < 0)
		return command_fail("%s", strerror(-r));
	if (!request->signer.key)
		return put_out(request, profile, &text);
	if (profile_sign(&request->signer, &text, &in_signature, error) < 0)
		return command_fail("%s", error);
	return put_out(request, profile, &in_signature);
}

static enum command_result make_profile(const struct request *request, const struct profile *asked)
{
	_cleanup_(material_wipe) struct material material = { 0 };
	struct profile profile = *asked;
	char error[SECRET_OUTPUT_ERROR_MAX];
	enum command_result result;

	if (secret_output_check(request->output, request->force, error) < 0)
		return command_fail("%s", error);
	result = gather(request, &material, &profile);
	if (result == COMMAND_DONE)
		result = request->password_from_stdin ? take_password(&material, &profile)
						      : check_user_exists(profile.user);
	if (result == COMMAND_DONE)
		result = deliver(request, &profile);
	return result;
}

static enum command_result run(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	struct profile profile = { 0 };
	struct command_arguments arguments;
	const struct command_option options[] = {
		{ "client", .value = &request.client_name },
		{ "output", .value = &request.output },
		{ "force", .flag = &request.force },
		{ "server", .value = &request.server },
		{ "name", .value = &request.name },
		{ "route", .value = &request.routes },
		{ "sign-certificate", .value = &request.signer.certificate },
		{ "sign-key", .value = &request.signer.key },
		{ "sign-chain", .value = &request.signer.chain },
		{ "password-stdin", .flag = &request.password_from_stdin },
		{ 0 },
	};
	enum command_result result;

	result = command_parse(command, argc, argv, options, 1, &arguments);
	if (result != COMMAND_DONE)
		return result;
	profile.user = arguments.operands[0];
	result = check_request(command, &request, &profile);
	if (result != COMMAND_DONE)
		return result;
	if (!command_is_allowed(command))
		return COMMAND_FAILED;
	command_make_environment_plain();
	return make_profile(&request, &profile);
}

const struct command command_profile = {
	.words = "profile",
	.arguments = "USER --client CLIENT [OPTION...]",
	.summary = "make the file with which a device connects",
	.help = "Writes all that the device of USER needs but the password, which it asks for.\n"
		"What is written holds the pre-shared key, so it goes to a file that only root\n"
		"reads, or to a terminal.\n"
		"\n"
		"  --client CLIENT   apple: a .mobileconfig for iOS, iPadOS and macOS\n"
		"                    chromeos: Open Network Configuration (.onc)\n"
		"                    networkmanager: a keyfile for NetworkManager-l2tp\n"
		"                    windows: a PowerShell script for Windows 10 and 11\n"
		"  --output FILE     write it there, mode 0600; FILE must not be there\n"
		"  --force           replace FILE\n"
		"  --server NAME     address or DNS name that clients connect to\n"
		"                    (default: what setup found or was told)\n"
		"  --name TEXT       of the connection on the device (default: VPN SERVER)\n"
		"  --route NET/LEN[,...]  only these networks go through the tunnel\n"
		"                    (default: everything does)\n"
		"  --password-stdin  put the password in as well: one line from standard input,\n"
		"                    which must be the right one\n"
		"  --sign-certificate FILE  sign a profile for apple; PEM, as the next two\n"
		"  --sign-key FILE   the private key of that certificate\n"
		"  --sign-chain FILE  certificates between it and a root that the device knows\n"
		"\n"
		"Example: saregate profile alice --client apple --output /root/alice.mobileconfig",
	.no_json = "",
	.root_does = "reads the pre-shared key",
	.run = run,
};
