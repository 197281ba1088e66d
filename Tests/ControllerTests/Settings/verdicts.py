"""Reads a schema and a list of documents; prints 1 for each document that the schema allows, else 0."""

import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    documents = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
print("".join("1" if validator.is_valid(document) else "0" for document in documents))
