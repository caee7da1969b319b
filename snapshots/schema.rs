//! What `gen schema import` keeps of a provider's schema.

use serde_json::{Value, json};

use crate::cli;

/// The output of `terraform providers schema -json` for a provider with one type, which has these attributes.
fn dump(attributes: &Value) -> String {
    let schema = json!({"block": {"attributes": attributes}});
    let provider = json!({"provider": {"block": {}}, "resource_schemas": {"aws_s3_bucket": schema}});
    json!({"provider_schemas": {"registry.terraform.io/hashicorp/aws": provider}}).to_string()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn a_schema_takes_the_place_of_the_one_that_was_kept() {
    let repository = cli::fresh();
    let file = repository.path().join("profiles/providers/schemas/hashicorp-aws-5.100.0.json");
    for attribute in ["bucket", "bucket_prefix"] {
        let text = dump(&json!({attribute: {"type": "string", "optional": true}}));
        std::fs::write(repository.path().join("dump.json"), text).expect("a file");
        let said = cli::run(repository.path(), &["schema", "import", "dump.json"]);
        assert_eq!(said.status, 0, "{}", said.text());
        assert!(said.out.contains("hashicorp-aws-5.100.0.json"), "{}", said.text());
        let kept: Value = serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
        let attributes = &kept["resource_schemas"]["aws_s3_bucket"]["attributes"];
        assert_eq!(
            attributes.as_object().map(|all| all.keys().collect::<Vec<_>>()),
            Some(vec![&attribute.to_owned()])
        );
    }
}
