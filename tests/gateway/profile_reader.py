#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads profiles as the systems do that they are made for.

    profile_reader.py read CLIENT KEY <PROFILE     one value that is in it
    profile_reader.py check CLIENT MAKE_PROFILE    every hostile value comes back

Each reader is strict: a key that the system's documentation does not have, a
missing one or one of the wrong type is an error.
"""
import base64
import ctypes
import ctypes.util
import itertools
import json
import plistlib
import re
import subprocess
import sys


def need(condition, what):
    if not condition:
        raise ValueError(what)


# ---- NetworkManager: GLib's own parser ----------------------------------------

SKIP = 77

# NetworkManager-l2tp's keys (its README and service) and those of
# nm-settings-keyfile(5) that a VPN may have, as far as profiles use them.
KEYFILE_KEYS = {
    "connection": {"id", "uuid", "type", "autoconnect"},
    "vpn": {"service-type", "gateway", "user", "user-auth-type", "password-flags",
            "refuse-eap", "refuse-pap", "refuse-chap", "refuse-mschap", "mtu", "mru",
            "ipsec-enabled", "machine-auth-type", "ipsec-psk-flags", "ipsec-ike",
            "ipsec-esp"},
    "vpn-secrets": {"ipsec-psk", "password"},
    "ipv4": {"method", "never-default"},
    "ipv6": {"method"},
}
KEYFILE_VALUES = {
    ("connection", "type"): "vpn",
    ("connection", "autoconnect"): "false",
    ("vpn", "service-type"): "org.freedesktop.NetworkManager.l2tp",
    ("vpn", "user-auth-type"): "password",
    ("vpn", "ipsec-enabled"): "yes",
    ("vpn", "machine-auth-type"): "psk",
    ("vpn", "ipsec-psk-flags"): "0",
    ("vpn", "refuse-eap"): "yes",
    ("vpn", "refuse-pap"): "yes",
    ("vpn", "refuse-chap"): "yes",
    ("vpn", "refuse-mschap"): "yes",
    ("ipv4", "method"): "auto",
    ("ipv6", "method"): "disabled",
}


def glib():
    path = ctypes.util.find_library("glib-2.0")
    if not path:
        print("there is no GLib to read keyfiles with", file=sys.stderr)
        sys.exit(SKIP)
    library = ctypes.CDLL(path)
    library.g_key_file_new.restype = ctypes.c_void_p
    library.g_key_file_load_from_data.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p]
    strings = ctypes.POINTER(ctypes.c_char_p)
    library.g_key_file_get_groups.restype = strings
    library.g_key_file_get_groups.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    library.g_key_file_get_keys.restype = strings
    library.g_key_file_get_keys.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p]
    library.g_key_file_get_string.restype = ctypes.c_char_p
    library.g_key_file_get_string.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p]
    return library


def names(strings):
    return list(itertools.takewhile(lambda name: name is not None, strings))


def load_keyfile(data):
    library = glib()
    file = library.g_key_file_new()
    need(library.g_key_file_load_from_data(file, data, len(data), 0, None), "no keyfile")
    return {group.decode(): {key.decode(): library.g_key_file_get_string(
                                 file, group, key, None).decode()
                             for key in names(library.g_key_file_get_keys(
                                 file, group, None, None))}
            for group in names(library.g_key_file_get_groups(file, None))}


def read_networkmanager(data):
    file = load_keyfile(data)
    need(set(file) == set(KEYFILE_KEYS), "groups: %s" % sorted(file))
    routes = {key: file["ipv4"].pop(key) for key in list(file["ipv4"])
              if key.startswith("route")}
    need(list(routes) == ["route%d" % (i + 1) for i in range(len(routes))], "routes' numbers")
    need((file["ipv4"].get("never-default") == "true") == bool(routes), "never-default")
    for group, keys in file.items():
        need(set(keys) <= KEYFILE_KEYS[group], "keys of %s: %s" % (group, sorted(keys)))
    for (group, key), value in KEYFILE_VALUES.items():
        need(file[group].get(key) == value, "%s.%s" % (group, key))
    password = file["vpn-secrets"].get("password")
    need(file["vpn"]["password-flags"] == ("1" if password is None else "0"), "password-flags")
    psk = file["vpn-secrets"]["ipsec-psk"]
    need(psk.startswith("0s"), "ipsec-psk is no base64")
    return {
        "server": file["vpn"]["gateway"],
        "name": file["connection"]["id"],
        "user": file["vpn"]["user"],
        "password": password,
        "psk": base64.b64decode(psk[2:], validate=True).decode(),
        "routes": list(routes.values()),
        "identities": [file["connection"]["uuid"]],
    }


# ---- Apple: Python's parser of property lists -----------------------------------

# Apple's documentation of Device Management, "TopLevel" and "VPN", as far as it says
# anything about L2TP with a shared secret: type, whether it must be there, values.
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
APPLE_PAYLOAD = {
    "PayloadVersion": (int, True, {1}),
    "PayloadIdentifier": (str, True, None),
    "PayloadUUID": (str, True, None),
    "PayloadDisplayName": (str, False, None),
    "PayloadDescription": (str, False, None),
    "PayloadOrganization": (str, False, None),
}
APPLE_TOP = dict(APPLE_PAYLOAD, **{
    "PayloadType": (str, True, {"Configuration"}),
    "PayloadContent": (list, True, None),
    "PayloadRemovalDisallowed": (bool, False, None),
    "PayloadScope": (str, False, {"User", "System"}),
})
APPLE_VPN = dict(APPLE_PAYLOAD, **{
    "PayloadType": (str, True, {"com.apple.vpn.managed"}),
    "UserDefinedName": (str, True, None),
    "VPNType": (str, True, {"L2TP"}),
    "IPv4": (dict, False, None),
    "PPP": (dict, True, None),
    "IPSec": (dict, True, None),
})
APPLE_PPP = {
    "AuthName": (str, False, None),
    "AuthPassword": (str, False, None),
    "TokenCard": (int, False, {0, 1}),
    "CommRemoteAddress": (str, True, None),
    "DisconnectOnIdle": (int, False, {0, 1}),
    "DisconnectOnIdleTimer": (int, False, None),
}
APPLE_IPSEC = {
    "AuthenticationMethod": (str, True, {"SharedSecret"}),
    "LocalIdentifierType": (str, False, {"KeyID"}),
    "SharedSecret": (bytes, True, None),
}
APPLE_IPV4 = {"OverridePrimary": (int, False, {0, 1})}


def conforms(what, value, schema):
    """Known keys only, those that must be there, of their types and values."""
    need(type(value) is dict, "%s is no dictionary" % what)
    for key, (kind, required, allowed) in schema.items():
        need(key in value or not required, "%s has no %s" % (what, key))
        need(key not in value or type(value[key]) is kind, "%s.%s: type" % (what, key))
        need(key not in value or allowed is None or value[key] in allowed,
             "%s.%s: value" % (what, key))
    need(set(value) <= set(schema), "%s: keys %s" % (what, sorted(set(value) - set(schema))))


def read_apple(data):
    need(b"<!ENTITY" not in data, "entities")
    profile = plistlib.loads(data, fmt=plistlib.FMT_XML)
    conforms("profile", profile, APPLE_TOP)
    vpn, = profile["PayloadContent"]
    conforms("VPN", vpn, APPLE_VPN)
    conforms("PPP", vpn["PPP"], APPLE_PPP)
    conforms("IPSec", vpn["IPSec"], APPLE_IPSEC)
    conforms("IPv4", vpn["IPv4"], APPLE_IPV4)
    need(vpn["IPv4"]["OverridePrimary"] == 1, "not all traffic")
    for payload in (profile, vpn):
        need(UUID.fullmatch(payload["PayloadUUID"]), "PayloadUUID")
        need(payload["PayloadIdentifier"].endswith("." + payload["PayloadUUID"]), "identifier")
        need(payload["PayloadDisplayName"] == vpn["UserDefinedName"], "names")
    need(profile["PayloadUUID"] != vpn["PayloadUUID"], "UUIDs")
    return {
        "server": vpn["PPP"]["CommRemoteAddress"],
        "name": vpn["UserDefinedName"],
        "user": vpn["PPP"]["AuthName"],
        "password": vpn["PPP"].get("AuthPassword"),
        "psk": vpn["IPSec"]["SharedSecret"].decode(),
        "routes": [],
        "identities": [profile["PayloadUUID"], vpn["PayloadUUID"]],
    }


# ---- Windows: PowerShell's tokens -------------------------------------------------

# about_Quoting_Rules: what opens and what closes a verbatim string.
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
DOUBLE_QUOTES = "\"\u201c\u201d\u201e"


def literal(script, position):
    """The verbatim string that opens at position, and where it has ended."""
    value = ""
    while True:
        position += 1
        need(position < len(script) and script[position] not in "\r\n", "a string has no end")
        if script[position] in SINGLE_QUOTES:
            position += 1
            if position == len(script) or script[position] not in SINGLE_QUOTES:
                return value, position
        value += script[position]


def tokens(script):
    """(kind, text): literal, or code, one for each stretch between the literals."""
    position, code = 0, ""
    while position < len(script):
        character = script[position]
        need(character not in DOUBLE_QUOTES + "`", "a string that expands, or an escape")
        if character in SINGLE_QUOTES:
            yield "code", code
            value, position = literal(script, position)
            yield "literal", value
            code = ""
        elif character == "#" and script[position - 1] in "\n\ufeff":
            position = script.index("\n", position)
        else:
            code += character
            position += 1
    yield "code", code


def balanced(code):
    """Whether brackets close what they open."""
    pairs, open_ones = {")": "(", "}": "{", "]": "["}, []
    for character in code:
        if character in "([{":
            open_ones.append(character)
        elif character in pairs and (not open_ones or open_ones.pop() != pairs[character]):
            return False
    return not open_ones


# Everything but the values that differ. "?" is a literal.
WINDOWS_VARIABLE = re.compile(r"\$(\w+) = (\?|@\((?:\?(?:, \?)*)?\))$")
WINDOWS_COMMANDS = {
    "Get-VpnConnection", "Remove-VpnConnection", "Add-VpnConnection", "Add-VpnConnectionRoute",
    "Get-ItemProperty", "Start-Process", "Join-Path", "Write-Host", "Write-Warning", "Get-Rule",
}
WINDOWS_PARAMETERS = {
    "Name", "ServerAddress", "TunnelType", "L2tpPsk", "AuthenticationMethod",
    "EncryptionLevel", "SplitTunneling", "RememberCredential", "Force",
}


def read_windows(data):
    need(data.startswith(b"\xef\xbb\xbf"), "no byte order mark")
    need(data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r"), "ends of lines")
    script = data.decode("utf-8-sig").replace("\r\n", "\n")
    literals, code = [], ""
    for kind, text in tokens(script):
        code += "?" if kind == "literal" else text
        if kind == "literal":
            literals.append(text)
    need(balanced(code), "brackets")
    need(code.isascii() and "?" not in "".join(t for k, t in tokens(script) if k == "code"),
         "a value outside of literals")
    need(set(re.findall(r"\b[A-Z]\w+-[A-Z]\w+\b", code)) == WINDOWS_COMMANDS, "commands")
    splatted, = re.findall(r"\$connection = @{\n(.*?)\n}", code, re.DOTALL)
    need({line.split(" = ")[0].strip() for line in splatted.split("\n")} == WINDOWS_PARAMETERS,
         "parameters of Add-VpnConnection")
    need("TunnelType = 'L2tp'" in script and "EncryptionLevel = 'Required'" in script and
         "AuthenticationMethod = 'MSChapv2'" in script, "values of Add-VpnConnection")
    need(" /t REG_DWORD /d 2 /f" in literals, "registry")
    values, left = {}, iter(literals)
    for line in code.split("\n"):
        found = WINDOWS_VARIABLE.fullmatch(line)
        own = [next(left) for _ in range(line.count("?"))]
        if found:
            values[found[1]] = own if found[2].startswith("@") else own[0]
    return {
        "server": values["server"],
        "name": values["name"],
        "user": values["user"],
        "password": None,
        "psk": values["psk"],
        "routes": values["routes"],
        "identities": [values["name"]],
    }


# ---- ChromeOS: Python's JSON, and Chromium's onc_spec.md -------------------------

ONC_TOP = {
    "Type": (str, True, {"UnencryptedConfiguration"}),
    "NetworkConfigurations": (list, True, None),
    "Certificates": (list, False, None),
}
ONC_NETWORK = {
    "GUID": (str, True, None),
    "Name": (str, True, None),
    "Type": (str, True, {"VPN"}),
    "VPN": (dict, True, None),
}
ONC_VPN = {
    "Type": (str, True, {"L2TP-IPsec"}),
    "Host": (str, True, None),
    "AutoConnect": (bool, False, None),
    "IPsec": (dict, True, None),
    "L2TP": (dict, True, None),
}
ONC_IPSEC = {
    "AuthenticationType": (str, True, {"PSK"}),
    "IKEVersion": (int, True, {1}),
    "PSK": (str, True, None),
    "SaveCredentials": (bool, False, None),
    "Group": (str, False, None),
}
ONC_L2TP = {
    "Username": (str, True, None),
    "Password": (str, False, None),
    "SaveCredentials": (bool, False, None),
    "LcpEchoDisabled": (bool, False, None),
}


def without_doubles(pairs):
    need(len(dict(pairs)) == len(pairs), "a key stands twice")
    return dict(pairs)


def read_chromeos(data):
    profile = json.loads(data.decode(), object_pairs_hook=without_doubles)
    conforms("configuration", profile, ONC_TOP)
    network, = profile["NetworkConfigurations"]
    conforms("network", network, ONC_NETWORK)
    vpn = network["VPN"]
    conforms("VPN", vpn, ONC_VPN)
    conforms("IPsec", vpn["IPsec"], ONC_IPSEC)
    conforms("L2TP", vpn["L2TP"], ONC_L2TP)
    need(UUID.fullmatch(network["GUID"]), "GUID")
    return {
        "server": vpn["Host"],
        "name": network["Name"],
        "user": vpn["L2TP"]["Username"],
        "password": vpn["L2TP"].get("Password"),
        "psk": vpn["IPsec"]["PSK"],
        "routes": [],
        "identities": [network["GUID"]],
    }


READERS = {
    "chromeos": read_chromeos,
    "windows": read_windows,
    "apple": read_apple,
    "networkmanager": read_networkmanager,
}

# ---- hostile values -----------------------------------------------------------

# Each character that a quoting, an expansion or an end could be made of.
HOSTILE = [
    "plain", "two words", "a'b", "'", "''", "'''", "a\"b", "\"", "\\", "a\\nb", "\\\\", "\\s", "trailing\\",
    "$(id)", "${HOME}", "$x", "`id`", "`n", "a;b", "; rm -rf /", "#not a comment", "a #b",
    "&<>", "&amp;", "<string>", "]]>", "<![CDATA[x]]>", "</string><key>x</key>", "<!--", "%s%n",
    "=", "a=b", "[vpn]", "key=value;", "0sAAAA", "0x41", "@(1)", "@'", "\u2018", "\u2019", "\u201a",
    "\u201b", "a\u2019; calc; \u2018", "\u201c\u201d", "\u00fc\u00df\u20ac", "\U0001f511", "\u202e",
    "{}", "{\"a\":1}", "//", "/* */", "\u00a0x", "e\u0301", "*?", "~", "!", "^", "|", "a,b",
]
SURROUNDED = [" x", "x ", "  x  ", " ", "-", "-Force", "--"]
NAME_FORBIDS = set("\\/:*?\"<>|")
SERVERS = ["192.0.2.1", "2001:db8::1", "vpn.example.org", "a-b.xn--bcher-kva.example"]
ROUTES = ["", "10.0.0.0/8", "10.0.0.0/8,192.0.2.128/25,198.51.100.7/32"]


def fits_name(text):
    return not NAME_FORBIDS & set(text) and text == text.strip(" ") and not text.startswith(".")


def cases(client):
    """Every hostile value in every place, the other places being plain ones."""
    plain = {"server": "192.0.2.1", "name": "VPN", "user": "alice", "psk": "secret",
             "password": "", "routes": ""}
    for text in HOSTILE + SURROUNDED:
        for place in ("user", "psk", "password"):
            yield dict(plain, **{place: text})
        if fits_name(text):
            yield dict(plain, name=text)
    for server in SERVERS:
        yield dict(plain, server=server)
    for routes in ROUTES:
        yield dict(plain, routes=routes)


def make(program, client, case):
    return subprocess.run(
        [program, client, case["server"], case["name"], case["user"], case["psk"],
         case["password"], case["routes"]], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        check=False)


def wanted(case):
    return {"server": case["server"], "name": case["name"], "user": case["user"],
            "password": case["password"] or None, "psk": case["psk"],
            "routes": case["routes"].split(",") if case["routes"] else []}


def check(client, program):
    read = failed = refused = 0
    for case in cases(client):
        made = make(program, client, case)
        try:
            if must_refuse(client, case):
                need(made.returncode == 1 and made.stderr.count(b"\n") == 1 and
                     not made.stdout, "not refused")
                refused += 1
                continue
            need(made.returncode == 0, "exit status %d" % made.returncode)
            found = READERS[client](made.stdout)
            del found["identities"]
            need(found == wanted(case), "came back as %s" % found)
            read += 1
        except (ValueError, KeyError) as error:
            failed += 1
            if failed > 5:
                continue
            print("%s: %s" % (json.dumps(case), error))
    print("%s: %d came back, %d refused, %d wrong" % (client, read, refused, failed))
    return failed == 0 and read > 100


def must_refuse(client, case):
    """What a system's own format cannot hold."""
    return (client in ("apple", "chromeos") and case["routes"] != "" or
            client == "chromeos" and "${" in case["user"] or
            client == "windows" and case["password"] != "")


def main():
    if sys.argv[1] == "read":
        print(READERS[sys.argv[2]](sys.stdin.buffer.read())[sys.argv[3]])
        return 0
    return 0 if check(sys.argv[2], sys.argv[3]) else 1


sys.exit(main())
