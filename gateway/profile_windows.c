/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A script for Windows PowerShell 5.1 and later. UTF-8 with a byte order mark,
 * without which 5.1 takes it for the system's code page. Values stand in
 * verbatim strings, where nothing is expanded and only a quote, doubled, is
 * special; PowerShell takes four more characters for that quote. Nothing of a
 * profile stands in a comment.
 *
 * The script runs as the user, whose connection it will be. The registry value
 * without which Windows refuses IPsec to a server behind a NAT, and behind some
 * NATs of its own, is the only thing that needs an administrator: reg.exe is
 * elevated for it, and no secret is in its arguments. Pure.
 */
#include "gateway/profile_windows.h"

#include "base/cleanup.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* UTF-8 of U+2018, U+2019, U+201A, U+201B, quotes to PowerShell like U+0027. */
static bool is_single_quote(const char *bytes, size_t *ret_size)
{
	*ret_size = 1;
	if (*bytes == '\'')
		return true;
	if (strncmp(bytes, "\xe2\x80", 2) != 0 || (uint8_t)bytes[2] < 0x98 ||
	    (uint8_t)bytes[2] > 0x9b)
		return false;
	*ret_size = 3;
	return true;
}

static void add_literal(struct profile_text *text, const char *value)
{
	size_t size;

	profile_text_add_byte(text, '\'');
	for (; *value; value += size) {
		if (is_single_quote(value, &size))
			profile_text_add_bytes(text, value, size);
		profile_text_add_bytes(text, value, size);
	}
	profile_text_add_byte(text, '\'');
}

static void add_variable(struct profile_text *text, const char *name, const char *value)
{
	profile_text_format(text, "$%s = ", name);
	add_literal(text, value);
	profile_text_add_byte(text, '\n');
}

static void add_routes(const struct profile *profile, struct profile_text *text)
{
	profile_text_add(text, "$routes = @(");
	for (size_t i = 0; i < profile->route_count; i++) {
		profile_text_add(text, i > 0 ? ", '" : "'");
		profile_route_add(text, &profile->routes[i]);
		profile_text_add_byte(text, '\'');
	}
	profile_text_add(text, ")\n");
}

static const char head[] = "# Makes the VPN connection of one user of this PC. To run it:\n"
			   "#   powershell -ExecutionPolicy Bypass -File THIS-FILE\n"
			   "# It holds the pre-shared key: delete it afterwards.\n"
			   "$ErrorActionPreference = 'Stop'\n";

/*
 * An older connection of that name is replaced. EncryptionLevel Required is
 * met by IPsec: PPP encrypts nothing.
 */
static const char connection[] =
	"\n"
	"$old = Get-VpnConnection -Name $name -ErrorAction SilentlyContinue\n"
	"if ($old) {\n"
	"    if ($old.ConnectionStatus -ne 'Disconnected') {\n"
	"        throw 'Disconnect the VPN connection first, then run this again.'\n"
	"    }\n"
	"    Remove-VpnConnection -Name $name -Force\n"
	"}\n"
	"$connection = @{\n"
	"    Name = $name\n"
	"    ServerAddress = $server\n"
	"    TunnelType = 'L2tp'\n"
	"    L2tpPsk = $psk\n"
	"    AuthenticationMethod = 'MSChapv2'\n"
	"    EncryptionLevel = 'Required'\n"
	"    SplitTunneling = ($routes.Count -gt 0)\n"
	"    RememberCredential = $true\n"
	"    Force = $true\n"
	"}\n"
	"Add-VpnConnection @connection\n"
	"foreach ($route in $routes) {\n"
	"    Add-VpnConnectionRoute -ConnectionName $name -DestinationPrefix $route\n"
	"}\n"
	"Write-Host 'The VPN connection is there:' $name\n"
	"Write-Host 'Windows asks for user name and password once. The user name is:' $user\n";

static const char encapsulation[] =
	"\n"
	"# IPsec to a server behind a NAT (Microsoft's article 926179): 2 is both sides.\n"
	"$key = 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent'\n"
	"$rule = 'AssumeUDPEncapsulationContextOnSendRule'\n"
	"function Get-Rule {\n"
	"    $found = Get-ItemProperty -Path $key -Name $rule -ErrorAction SilentlyContinue\n"
	"    if ($found) { $found.$rule } else { 0 }\n"
	"}\n"
	"if ((Get-Rule) -eq 2) {\n"
	"    Write-Host 'Nothing needs a restart: you can connect.'\n"
	"    exit 0\n"
	"}\n"
	"$change = 'add HKLM\\SYSTEM\\CurrentControlSet\\Services\\PolicyAgent /v ' +\n"
	"    $rule + ' /t REG_DWORD /d 2 /f'\n"
	"$program = Join-Path $env:SystemRoot 'System32\\reg.exe'\n"
	"try {\n"
	"    Start-Process -FilePath $program -ArgumentList $change -Verb RunAs -Wait\n"
	"} catch {\n"
	"    Write-Host $_\n"
	"}\n"
	"if ((Get-Rule) -ne 2) {\n"
	"    Write-Warning 'A setting for VPN servers behind a NAT needs an administrator:'\n"
	"    Write-Host 'reg' $change\n"
	"    exit 1\n"
	"}\n"
	"Write-Host 'Restart Windows before you connect: a setting was changed that counts "
	"from the next start.'\n";

/* Ends lines as Windows does. No value holds the end of a line. */
static void add_lines(struct profile_text *text, const struct profile_text *lines)
{
	if (lines->failed)
		text->failed = true;
	for (size_t i = 0; i < lines->size; i++) {
		if (lines->bytes[i] == '\n')
			profile_text_add_byte(text, '\r');
		profile_text_add_byte(text, lines->bytes[i]);
	}
}

static void write_script(const struct profile *profile, struct profile_text *text)
{
	_cleanup_(profile_text_done) struct profile_text lines = { 0 };

	profile_text_add(&lines, head);
	add_variable(&lines, "name", profile->name);
	add_variable(&lines, "server", profile->server);
	add_variable(&lines, "user", profile->user);
	add_variable(&lines, "psk", profile->psk);
	add_routes(profile, &lines);
	profile_text_add(&lines, connection);
	profile_text_add(&lines, encapsulation);
	profile_text_add(text, BYTE_ORDER_MARK);
	add_lines(text, &lines);
}

static const char *refuse(const struct profile *profile)
{
	if (profile->password)
		return "Windows takes no password from a script: without --password-stdin it asks "
		       "once and remembers";
	return NULL;
}

const struct profile_client profile_windows = {
	.name = "windows",
	.write = write_script,
	.refuse = refuse,
};
