import CJavaScriptCore
import Digests

/// The one native function that the API calls: `host(operation, …texts)` answers a text.
enum HostFunction {
    static func make(in context: JSContextRef) -> JSObjectRef? {
        JSObjectMakeFunctionWithCallback(context, nil) { context, _, _, count, arguments, _ in
            guard let context else { return nil }
            let texts = (0..<min(count, 3)).map { HostFunction.text(arguments?[$0], context) }
            guard let result = HostFunction.call(texts) else { return JSValueMakeUndefined(context) }
            let string = JSStringCreateWithUTF8CString(result)
            defer { JSStringRelease(string) }
            return JSValueMakeString(context, string)
        }
    }

    private static func text(_ value: JSValueRef?, _ context: JSContextRef) -> [UInt8] {
        guard let value, let string = JSValueToStringCopy(context, value, nil) else { return [] }
        defer { JSStringRelease(string) }
        return string.utf8Bytes
    }

    private static func call(_ texts: [[UInt8]]) -> String? {
        guard let name = texts.first.map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        switch name {
        case "callID": return urlSafeBase64(SecureRandom.bytes(32))
        case "uuid": return uuid()
        case "hash" where texts.count == 3:
            return function(named: String(decoding: texts[1], as: UTF8.self)).map {
                Hexadecimal.encode($0.digest(texts[2]))
            }
        case "hmac" where texts.count == 3:
            return Hexadecimal.encode(HashFunction.sha256.authenticationCode(texts[2], key: texts[1]))
        default: return nil
        }
    }

    private static func function(named name: String) -> HashFunction? {
        switch name {
        case "md5": .md5
        case "sha1": .sha1
        case "sha256": .sha256
        default: nil
        }
    }

    /// A random UUID (RFC 9562, version 4) without its hyphens.
    private static func uuid() -> String {
        var bytes = SecureRandom.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return Hexadecimal.encode(bytes)
    }

    /// RFC 4648, section 5, without padding.
    private static func urlSafeBase64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 & 0xFFFF | Int(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[bits >> count & 63])
            }
        }
        if count > 0 { text.append(alphabet[bits << (6 - count) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }
}
