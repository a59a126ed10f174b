#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""json_schema.py DOCUMENT COMMAND: the JSON on standard input is what docs/json.md says of
the command: all keys that stand there and no others, each of the type that stands there."""
import json
import re
import sys

TYPES = {"text": str, "number": int, "flag": bool, "list": list, "object": dict}
OF_LISTS = {
    "attempts": "An attempt",
    "others": "An attempt",
    "steps": "A step",
    "changes": "A change",
    "pools": "A pool",
    "stages": "A stage",
    "warnings": "A warning",
}
OF_COMMANDS = {
    "list of users": "A user",
    "list of groups": "A group",
    "list of sessions": "A session",
    "list of rows": "A row",
    "list of findings": "A finding",
    "a user": "A user",
    "a group": "A group",
    "a session": "A session",
    "an event a line": "An event",
    "status": "Status",
    "a search": "A search",
    "a reload": "A reload",
    "a selftest, also where it fails": "A selftest",
}


def read_tables(text):
    """{heading: {key: (type, optional)}}"""
    tables = {}
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        rows = re.findall(r"^\| (\(?)(\w+)\)? \| (\w+) \|", part, flags=re.M)
        table = {key: (kind, bool(bracket)) for bracket, key, kind in rows if key != "key" or kind != "type"}
        tables[part.splitlines()[0]] = table
    return tables


def check(value, heading, tables):
    table = tables[heading]
    assert isinstance(value, dict), f"{heading}: {value}"
    assert not set(value) - set(table), f"{heading}: not in the document: {set(value) - set(table)}"
    missing = {key for key, (_, optional) in table.items() if not optional} - set(value)
    assert not missing, f"{heading}: not printed: {missing}"
    for key, item in value.items():
        kind = TYPES[table[key][0]]
        assert type(item) is kind, f"{heading}: {key} is {item!r}, not {table[key][0]}"
        for member in item if key in OF_LISTS and kind is list else []:
            check(member, OF_LISTS[key], tables)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    command, tables, value = sys.argv[2], read_tables(text), json.load(sys.stdin)
    group, _, word = command.rpartition(" ")
    for commands, prints in re.findall(r"^\| (`.*?) \| (.*) \|$", text, flags=re.M):
        names = re.findall(r"`([^`]+)`", commands)
        if command in names or (names[0].startswith(group + " ") and word in names):
            break
    else:
        sys.exit(f"{command} is not in the document")
    if prints.startswith("list of"):
        assert isinstance(value, list) and value, f"{command}: no list with something in it"
        for item in value:
            check(item, OF_COMMANDS[prints], tables)
    elif prints in OF_COMMANDS:
        check(value, OF_COMMANDS[prints], tables)
    else:
        keys = set(re.findall(r"`(\w+)`", prints))
        assert value and not set(value) - keys, f"{command}: {value} instead of {keys}"


main()
