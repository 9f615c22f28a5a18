"""AWS's SDK for Python, without its own checks: a call a line on standard input, an answer a line on standard output."""
import json
import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

config = Config(parameter_validation=False, retries={"total_max_attempts": 1}, inject_host_prefix=False)
session = botocore.session.get_session()
clients = {}

for line in sys.stdin:
    call = json.loads(line)
    name, region = call["service"], call["region"] or None
    if (name, region) not in clients:
        clients[name, region] = session.create_client(name, region_name=region, config=config)
    try:
        answer = clients[name, region]._make_api_call(call["operation"], call["params"])
        answer.pop("ResponseMetadata", None)
        reply = {"answer": answer}
    except ClientError as e:
        reply = {"code": e.response["Error"].get("Code", ""), "message": e.response["Error"].get("Message", "")}
    except Exception as e:  # the test says what it was
        reply = {"code": type(e).__name__, "message": str(e)}
    print(json.dumps(reply, default=str), flush=True)
