#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: check_records.py TEST_LOGIN SCHEMA

Every record that TEST_LOGIN writes (unit/test_login.c) is valid by the schema, in somebody else's reading of it, and
no two have one id.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    try:
        import jsonschema
    except ImportError:
        print("python3-jsonschema is not installed")
        return 77
    program, schema = sys.argv[1:]
    validator = jsonschema.Draft202012Validator(json.loads(pathlib.Path(schema).read_text()))
    ids, shapes = set(), {}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "records"
        subprocess.run([program], env={**os.environ, "CS_RECORDS": str(path)}, check=True, capture_output=True)
        for line in path.read_text().splitlines():
            record = json.loads(line)
            ids.add(record["id"])
            # Of records that differ only in numbers one is enough: the library reads 500 in a second.
            shape = json.dumps([record["record"], sorted(record), record["verdict"], record["reason"]])
            if shapes.setdefault(shape, record) is record:
                for error in validator.iter_errors(record):
                    print(f"{error.message}: {line}")
                    return 1
            elif any(type(record[key]) is not type(value) for key, value in shapes[shape].items()):
                print(f"unlike others of its shape: {line}")
                return 1
    print(f"{len(ids)} records of {len(shapes)} shapes")
    broken = dict(record, verdict="perhaps")
    return 0 if len(ids) == 100000 and list(validator.iter_errors(broken)) else 1


sys.exit(main())
