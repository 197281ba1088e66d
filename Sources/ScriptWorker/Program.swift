import CJavaScriptCore
import WorkerProtocol

/// Scripts that are evaluated one after the other in one scope.
final class Program {
    struct Script {
        let name: JSStringRef
        let text: JSStringRef
    }

    let scripts: [Script]

    /// Nil when the payload is not a list of names and texts.
    convenience init?(payload: [UInt8]) {
        guard let pieces = PieceList.decode(payload) else { return nil }
        self.init(pieces: pieces)
    }

    /// Nil when a name has no text.
    init?(pieces: [ArraySlice<UInt8>]) {
        guard pieces.count % 2 == 0 else { return nil }
        scripts = stride(from: 0, to: pieces.count, by: 2).map { index in
            Script(name: JSStringRef.make(pieces[index]), text: JSStringRef.make(pieces[index + 1]))
        }
    }

    deinit {
        for script in scripts {
            JSStringRelease(script.name)
            JSStringRelease(script.text)
        }
    }
}

extension JSStringRef {
    /// A string of UTF-8, to be released by the caller; it ends at a zero byte.
    static func make(_ bytes: ArraySlice<UInt8>) -> JSStringRef {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { buffer in
            for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
            buffer[bytes.count] = 0
            return JSStringCreateWithUTF8CString(buffer.baseAddress)
        }
    }

    /// The text in UTF-8.
    var utf8Bytes: [UInt8] {
        let capacity = JSStringGetMaximumUTF8CStringSize(self)
        return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) {
                max(1, JSStringGetUTF8CString(self, $0.baseAddress, capacity)) - 1
            }
        }
    }
}
