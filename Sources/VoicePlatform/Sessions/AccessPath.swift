/// Paths of control URLs: `/request/<16 hex>.<unix time>.<counter>_<address>/<16 hex>`.
///
/// The last part is the secret; whoever knows the path may talk to the session.
enum AccessPath {
    /// The first part of a session's name; for a call it is the call's id.
    static func name(random: String, time: UnixTime, counter: Int) -> String {
        "\(random).\(time.seconds).\(counter)"
    }

    static func text(name: String, address: String, token: String) -> String {
        "/request/\(name)_\(address)/\(token)"
    }
}
