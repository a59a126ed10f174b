/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public address of a machine of a cloud, where cloud-init has noted it
 * (/run/cloud-init/instance-data.json): nobody is asked over the network. Pure.
 */
#pragma once

#include "base/address.h"

/**
 * cloud_address_find() - the first public IPv4 address that the metadata name as ours
 * @text: JSON, NUL-terminated
 *
 * Known are the keys of EC2 and what imitates it (public-ipv4), of Azure
 * (publicIpAddress) and of GCE (externalIp), at whatever place each version of
 * cloud-init puts them.
 *
 * Return: 0; -ENOENT if there is none; -EINVAL if @text is no JSON.
 */
int cloud_address_find(const char *text, struct inet_address *ret_address);
