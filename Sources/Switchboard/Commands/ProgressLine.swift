import Foundation

/// How far long work is, on one line of a terminal; scripts and files see nothing of it.
struct ProgressLine {
    /// The line changes so often at most.
    private static let pause = Duration.milliseconds(200)

    private let isShown: Bool
    private var shownAt: ContinuousClock.Instant?

    init(isShown: Bool = isatty(STDERR_FILENO) == 1) { self.isShown = isShown }

    mutating func show(_ text: @autoclosure () -> String) {
        let now = ContinuousClock.now
        guard isShown, shownAt.map({ now - $0 >= Self.pause }) ?? true else { return }
        shownAt = now
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text())".utf8))
    }

    /// Takes the line away.
    func end() {
        guard isShown, shownAt != nil else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    }
}
