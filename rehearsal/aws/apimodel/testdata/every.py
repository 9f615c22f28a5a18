"""Writes a request of every operation of some services, with every member, as AWS's SDK for Python writes it."""
import base64
import datetime
import json
import sys
from urllib.parse import urlencode

import botocore.serialize
import botocore.session


def value(shape, above):
    """A value that the shape's length, range and enumeration allow; its pattern is not looked at."""
    kind, least = shape.type_name, shape.metadata.get("min", 1)
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return {}
        members = shape.members.items()
        if getattr(shape, "is_tagged_union", False):
            members = list(members)[:1]
        deep = above + [shape.name]
        required = set(shape.required_members)
        return {n: value(s, deep) for n, s in members if n in required or len(above) < 5 and s.name not in deep}
    if kind == "list":
        most = shape.metadata.get("max", 2)
        return [value(shape.member, above) for _ in range(int(max(least, min(most, 2))))]
    if kind == "map":
        keys = value(shape.key, above)
        return {keys + "x" * i: value(shape.value, above) for i in range(int(max(least, 1)))}
    if kind == "string":
        return shape.enum[0] if shape.enum else "a" * int(max(least, 1))
    if kind in ("integer", "long"):
        return int(least)
    if kind in ("float", "double"):
        return float(least)
    if kind == "boolean":
        return True
    if kind == "blob":
        return b"a" * int(max(least, 1))
    return datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)


def plain(body):
    if isinstance(body, dict):
        body = urlencode(body)
    if isinstance(body, str):
        body = body.encode()
    return base64.b64encode(body or b"").decode()


session = botocore.session.get_session()
for name in sys.argv[1:]:
    model = session.get_service_model(name)
    protocol = model.metadata["protocol"]
    if protocol == "smithy-rpc-v2-cbor":
        protocol = "json"
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    for operation in model.operation_names:
        o = model.operation_model(operation)
        if o.has_event_stream_input or o.has_streaming_input:
            continue
        params = value(o.input_shape, []) if o.input_shape else {}
        r = serializer.serialize_to_request(params, o)
        query = r["query_string"]
        path = r["url_path"]
        if query:
            pairs = query if isinstance(query, dict) else {}
            path += ("&" if "?" in path else "?") + (urlencode(pairs, doseq=True) if pairs else query)
        print(json.dumps({"service": model.signing_name, "version": model.api_version, "protocol": protocol, "operation": operation,
                          "method": r["method"], "path": path, "headers": {k: str(v) for k, v in r["headers"].items()},
                          "body": plain(r["body"])}))
