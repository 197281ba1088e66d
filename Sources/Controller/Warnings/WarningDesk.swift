import Digests
import OutsideRequests

/// What portals say of mails and webhooks for their warnings.
struct WarningDesk: Sendable {
    let store: WarningStore
    let policy: OutsidePolicy
    let hasMail: Bool

    var commands: [PortalCommand] {
        [
            PortalCommand("GetWarningChannels") { _, portal in
                ["result": .object(fields(try await store.channels(portal.id)))]
            },
            PortalCommand("SetWarningChannels") { json, portal in
                let fresh = Secret(Hexadecimal.encode(SecureRandom.bytes(32)))
                let (before, after) = try await store.change(portal.id) {
                    try $0.changed(by: json, policy: policy, hasMail: hasMail, fresh: fresh)
                }
                // Told this once.
                let isNew = after.secret != before.secret
                let secret = JSONValue.Field(
                    name: "WEBHOOK_SECRET", value: isNew ? (after.secret?.revealed).json : .null)
                return ["result": .object(fields(after) + [secret])]
            },
        ]
    }

    private func fields(_ channels: WarningChannels) -> [JSONValue.Field] {
        [
            .init(name: "EMAILS", value: .list(channels.emails.map { .text($0.rawValue) })),
            .init(name: "WEBHOOK", value: channels.webhook.json),
            .init(name: "MAIL_AVAILABLE", value: hasMail ? "Y" : "N"),
        ]
    }
}
