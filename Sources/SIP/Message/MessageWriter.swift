/// Messages on the way out.
enum MessageWriter {
    /// Start line, header fields in their order, Content-Length last, body.
    ///
    /// No value can begin a new line: line ends in names, values and the start line are sent as spaces.
    static func write(startLine: String, headers: SIPHeaders, body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(1024 + body.count)
        append(startLine, to: &output)
        for field in headers where field.name != .contentLength {
            output += [.carriageReturn, .lineFeed]
            append(field.name.text, to: &output)
            output += [.colon, .space]
            append(field.value, to: &output)
        }
        output += "\r\nContent-Length: \(body.count)\r\n\r\n".utf8
        output += body
        return output
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        let start = output.count
        output += text.utf8
        for index in start..<output.count
        where output[index] == .carriageReturn || output[index] == .lineFeed { output[index] = .space }
    }
}
