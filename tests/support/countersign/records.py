# SPDX-License-Identifier: Apache-2.0
"""Records of logins and of the tool's acts, as the log has them."""
import json
import pathlib
import re

from .harness import Skip

SCHEMA = pathlib.Path("/usr/share/countersign/audit.schema.json")


def validator():
    """Somebody else's reading of the schema."""
    try:
        import jsonschema
    except ImportError as error:
        raise Skip("python3-jsonschema is not installed") from error
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def json_records(log):
    """Every record in JSON in a log, in its order."""
    found = []
    for line in log.splitlines():
        match = re.search(r'(?:^|> ?|\]: )(\{"record":.*\})$', line) or re.search(r'^<\d>(\{"record":.*\})$', line)
        if match:
            found.append(json.loads(match.group(1)))
    return found


def act_lines(log):
    """The text records of acts, without what comes before them."""
    return re.findall(r"\bact verb=.*$", log, re.M)


def words_of(line):
    """The words of a text record; of `user`, all of them."""
    found = {"users": []}
    for key, quoted, plain in re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|(\S+))', line):
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted or not plain else plain
        if key == "user":
            found["users"].append(value)
        else:
            found[key] = value
    return found
