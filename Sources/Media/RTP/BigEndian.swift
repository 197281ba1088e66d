extension UnsafeRawBufferPointer {
    /// Two octets in network order; the caller has checked the length.
    func bigEndian16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    /// Four octets in network order; the caller has checked the length.
    func bigEndian32(at offset: Int) -> UInt32 {
        UInt32(bigEndian16(at: offset)) << 16 | UInt32(bigEndian16(at: offset + 2))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Writes in network order; the caller has checked the length.
    func setBigEndian(_ value: some FixedWidthInteger, at offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: type(of: value).self)
    }
}
