//! The file formats as JSON Schema (draft 2020-12), made from the types that read them.

use serde_json::{Map, Value as Json, json};

use crate::read::Read;
use crate::spec::{Platform, Tenant};

/// The schema of `tenant.yaml`.
pub fn tenant() -> Json {
    let mut schema = Tenant::schema();
    // A tier is a spec too, and has no `tier`.
    schema["properties"]["spec"]["required"] = json!(["tier"]);
    document(schema, "tenant")
}

/// The schema of `platform.yaml`.
pub fn platform() -> Json {
    document(Platform::schema(), "platform")
}

fn document(mut schema: Json, name: &str) -> Json {
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!(format!("https://tenantry.dev/schema/v1alpha1/{name}.json"));
    schema
}

/// A schema with the words of a doc comment as its description.
pub(crate) fn described(mut schema: Json, doc: &[&str]) -> Json {
    let words = doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return schema;
    }
    if schema == json!(true) {
        schema = json!({});
    }
    schema["description"] = json!(words);
    schema
}

/// The schema of a record.
pub(crate) fn record(doc: &[&str], properties: Map<String, Json>, required: &[&str]) -> Json {
    let mut schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    described(schema, doc)
}
