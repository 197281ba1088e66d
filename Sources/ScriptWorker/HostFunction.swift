import CJavaScriptCore
import CScriptProcess
import Digests

/// The native functions that the API calls: `host(operation, …texts)` answers a text, `push(json)` adds a command to the batch.
enum HostFunction {
    static func makePush(in context: JSContextRef) -> JSObjectRef? {
        JSObjectMakeFunctionWithCallback(context, nil) { context, _, _, count, arguments, exception in
            guard let context else { return nil }
            if count < 1 || !HostFunction.push(arguments?[0], context) {
                let message = JSStringCreateWithUTF8CString("the commands of one event are too large")
                exception?.pointee = JSValueMakeString(context, message)
                JSStringRelease(message)
            }
            return JSValueMakeUndefined(context)
        }
    }

    /// Straight into the batch: every command of every session passes here.
    private static func push(_ value: JSValueRef?, _ context: JSContextRef) -> Bool {
        guard let value, let string = JSValueToStringCopy(context, value, nil) else { return false }
        defer { JSStringRelease(string) }
        let capacity = JSStringGetMaximumUTF8CStringSize(string)
        guard let room = script_outbox_reserve(capacity) else { return false }
        script_outbox_commit(max(1, JSStringGetUTF8CString(string, room, capacity)) - 1)
        return true
    }

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
        case "seed": return Hexadecimal.encode(SecureRandom.bytes(16))
        case "hash" where texts.count == 3:
            return function(named: String(decoding: texts[1], as: UTF8.self)).map {
                Hexadecimal.encode($0.digest(texts[2]))
            }
        case "hmac" where texts.count == 3:
            return Hexadecimal.encode(HashFunction.sha256.authenticationCode(texts[2], key: texts[1]))
        case "phone" where texts.count == 3:
            return NumberDescription.json(
                of: String(decoding: texts[1], as: UTF8.self), country: String(decoding: texts[2], as: UTF8.self))
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
