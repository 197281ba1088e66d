/// Texts for a C function that takes pointers to each of them; nil is a null pointer.
struct CStringList {
    private var octets: [CChar] = []
    private var offsets: [Int?] = []

    init(_ texts: [String?]) {
        for text in texts {
            guard let text else {
                offsets.append(nil)
                continue
            }
            offsets.append(octets.count)
            octets.append(contentsOf: text.utf8.lazy.map(CChar.init(bitPattern:)))
            octets.append(0)
        }
    }

    /// - Parameter work: Gets one pointer for each text and a null pointer at the end; they live as long as it runs.
    func withPointers<Value>(_ work: (UnsafePointer<UnsafePointer<CChar>?>) -> Value) -> Value {
        octets.withUnsafeBufferPointer { octets in
            var pointers = offsets.map { offset in offset.flatMap { octets.baseAddress?.advanced(by: $0) } }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else {
                    var nothing: UnsafePointer<CChar>?
                    return withUnsafePointer(to: &nothing) { work($0) }
                }
                return work(base)
            }
        }
    }
}
