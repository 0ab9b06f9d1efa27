"""Prints what Debian's python3-jsonschema finds wrong with the JSON on standard input, by the schema given as the argument."""
import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
for error in Draft202012Validator(schema).iter_errors(json.load(sys.stdin)):
    print(error.json_path, error.message)
print("end")
