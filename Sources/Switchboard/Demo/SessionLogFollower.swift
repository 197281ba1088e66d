import Foundation

/// Shows the lines of session logs as they are written; SIP messages are folded, or nothing else would be seen.
actor SessionLogFollower {
    private let folder: String
    private let show: @Sendable (String) -> Void
    private var offsets: [String: UInt64] = [:]

    init(folder: String, show: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.show = show
    }

    /// Runs until its task is cancelled, then shows what is left.
    func run() async {
        while !Task.isCancelled {
            showNew()
            try? await Task.sleep(for: .milliseconds(200))
        }
        showNew()
    }

    private func showNew() {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        for name in names where name.hasSuffix(".log") { showNew(of: "\(folder)/\(name)") }
    }

    private func showNew(of path: String) {
        guard let file = FileHandle(forReadingAtPath: path) else { return }
        defer { try? file.close() }
        let offset = offsets[path] ?? 0
        guard (try? file.seek(toOffset: offset)) != nil, let data = try? file.readToEnd(),
            let end = data.lastIndex(of: UInt8(ascii: "\n"))
        else { return }
        let whole = data[data.startIndex...end]
        offsets[path] = offset + UInt64(whole.count)
        for line in String(decoding: whole, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        {
            show(LoggedMessage(line.dropFirst(20)).map { "\(line.prefix(20))\($0.headline)" } ?? String(line))
        }
    }
}
