import HTTPTypes

/// The schema of a line's settings, for whoever writes a portal (JSON Schema 2020-12).
///
/// Published in `docs/line-settings.schema.json` and at `GET /schemas/line-settings.json`; it holds nothing secret.
enum SettingsSchema {
    static let path = "schemas/line-settings.json"

    static var endpoint: Endpoint { Endpoint(.get, path, .open { _ in Answers.json(document) }) }

    static let document: JSONValue = [
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": .text("/\(path)"),
        "title": "Settings of a line",
        "description": """
        The portal's answer to LineSettings. Missing fields and null mean the default. Fields of other names are passed \
        on to the scenario as they are.
        """,
        "type": "object", "required": .list([.text(SettingsField.searchID.name)]),
        "properties": .object(
            SettingsField.all.map { JSONValue.Field(name: $0.name, value: property($0)) }),
    ]

    private static func property(_ field: SettingsField) -> JSONValue {
        let description = JSONValue.Field(name: "description", value: .text(field.meaning))
        var schema = field.rule.schema
        if field.name == SettingsField.searchID.name { schema = ["type": "string", "minLength": 1, "maxLength": 255] }
        guard case .object(let members) = schema else { return schema }
        return .object([description] + members)
    }
}
