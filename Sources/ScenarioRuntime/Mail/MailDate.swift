/// The date of a mail (RFC 5322, section 3.3) in UTC.
enum MailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(unixMilliseconds: Int64) -> String {
        var stamp = LogStamp()
        // `YYYY-MM-DD HH:MM:SS`
        let text = String(decoding: stamp.utf8(atUnixMilliseconds: unixMilliseconds), as: UTF8.self)
        let parts = text.split { "- ".contains($0) }
        let day = (unixMilliseconds / 86_400_000) % 7
        let month = Int(parts[1]).map { months[$0 - 1] } ?? ""
        return "\(days[Int((day + 7) % 7)]), \(parts[2]) \(month) \(parts[0]) \(parts[3]) +0000"
    }
}
