"""Prints the names that a version of the AWS provider has, of the resources and data sources that the modules use.

The provider itself is needed for none of it: npm's @cdktf/provider-aws is made from the provider's schema, and these
names are read back out of it. It says which version that was. Usage, from the root of the repository:

    npm pack @cdktf/provider-aws@21.22.1 && tar xzf cdktf-provider-aws-21.22.1.tgz
    python3 tools/aws-provider/names.py package > test/modules/testdata/aws-6.json
"""

import json
import pathlib
import re
import sys

USED = re.compile(r'^(resource|data) "(aws_[a-z0-9_]+)"', re.M)
TABLE = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{.*?const attrs = \{(.*?)\n    \};", re.S | re.M)
OWN = re.compile(r"synthesizeHclAttributes\(\) \{\s*const attrs = \{(.*?)\n        \};", re.S)
ENTRY = re.compile(r'^\s+(\w+): \{\s*value: .*?isBlock: (\w+),\s*type: "\w+",\s*storageClassType: "(\w+)"', re.S | re.M)
READ = re.compile(r"""\.get\w*Attribute\(["'](\w+)["']\)|new \w[\w.]*\(this, "(\w+)\"""")


def used(modules):
    return sorted({m.groups() for f in modules.rglob("*.tf") for m in USED.finditer(f.read_text())})


def names(folder):
    text = "\n".join(f.read_text() for f in sorted(folder.rglob("*.js")))
    tables = {m[1].lower(): m[2] for m in TABLE.finditer(text)}

    def block(table):
        arguments, blocks = set(), {}
        for name, is_block, stored in ENTRY.findall(table):
            inner = tables.get(re.sub(r"(List|Map)$", "", stored).lower())
            if is_block == "true" and inner is not None:
                blocks[name] = block(inner)
            elif is_block == "true" and stored.lower() in tables:
                blocks[name] = block(tables[stored.lower()])
            else:
                arguments.add(name)
        return {"arguments": sorted(arguments)} | ({"blocks": blocks} if blocks else {})

    # The last class of a file is the resource, and what it reads of itself are its attributes.
    last = text.rindex("\nclass ")
    own = block((OWN.search(text, last) or [None, ""])[1])
    own["attributes"] = sorted({a or b for a, b in READ.findall(text[last:])} | {"id"})
    return own


def main(package):
    version = json.loads((package / "package.json").read_text())["cdktf"]["provider"]["version"]
    out = {"provider": version, "resource": {}, "data": {}}
    for kind, name in used(pathlib.Path("modules/aws")):
        folder = name.removeprefix("aws_").replace("_", "-")
        out[kind][name] = names(package / "lib" / (f"data-aws-{folder}" if kind == "data" else folder))
    for key, value in out.items():  # a line for each type
        types = ",\n".join(f"  {json.dumps(n)}: {json.dumps(t, sort_keys=True)}" for n, t in value.items()) if value != version else None
        print("{" if key == "provider" else ",", json.dumps(key) + ":", json.dumps(version) if types is None else "{\n" + types + "\n }")
    print("}")


main(pathlib.Path(sys.argv[1]))
