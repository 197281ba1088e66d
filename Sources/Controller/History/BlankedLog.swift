/// A session's log without web addresses, made line by line as the log arrives.
///
/// A log names the session's control address, whose possession is all that commanding the call takes, and those of the
/// log and of recordings, which open to whoever has them. Which hosts the voice platform's are is not known here, so no
/// web address passes, whatever it leads to and however it is escaped; nor does the path of such a one without its host,
/// nor the value of a field that holds one.
///
/// Guarantee: what it gives out does not depend on how the log is cut into parts. It keeps ``longestLine`` bytes at most.
struct BlankedLog: Sendable {
    /// What stands for an address; logs write other secrets so, too.
    static let blank = Array("******".utf8)
    /// Of a longer line the rest is left out.
    static let longestLine = 1 << 16

    private static let cut = Array(" (the rest of the line is left out)".utf8)

    private var line: [UInt8] = []
    private var isCut = false

    /// The lines that a further part of the log completes.
    mutating func append(_ part: some Sequence<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        for byte in part {
            if byte == UInt8(ascii: "\n") {
                text += end()
                text.append(byte)
            } else if line.count < Self.longestLine {
                line.append(byte)
            } else {
                isCut = true
            }
        }
        return text
    }

    /// The log's last line, which had no end yet.
    mutating func end() -> [UInt8] {
        defer {
            line.removeAll(keepingCapacity: true)
            isCut = false
        }
        var text = BlankedLine(line).text
        if isCut { text += Self.cut }
        return text
    }
}
