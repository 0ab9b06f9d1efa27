"""Says for each body what Debian's python3-jsonschema says of it, by a schema given as the argument.

Reads lines of base64, answers each with one word: empty, invalid_encoding, not_json, wrong_schema or valid. The rules
for reading JSON are those that the schema's description states (RFC 8259, RFC 7493, 64 levels), made here a second time.
"""
import base64
import json
import sys

from jsonschema import Draft202012Validator

DEPTH = 64
sys.set_int_max_str_digits(0)


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name twice")
    return members


def refuse(word):
    raise ValueError(word)


def check(value, depth):
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate cannot be
    elif isinstance(value, (dict, list)):
        if depth == DEPTH:
            raise ValueError("too deep")
        for item in value.values() if isinstance(value, dict) else value:
            check(item, depth + 1)
        if isinstance(value, dict):
            for name in value:
                name.encode("utf-8")


def verdict(body, validator):
    if not body:
        return "empty"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "invalid_encoding"
    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
        check(value, 0)
    except (ValueError, RecursionError):
        return "not_json"
    return "valid" if validator.is_valid(value) else "wrong_schema"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    for line in sys.stdin.buffer:
        print(verdict(base64.b64decode(line), validator), flush=True)


main()
