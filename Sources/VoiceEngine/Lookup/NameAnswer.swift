import CAres
import CMediaIO
import SIP

/// Values of what c-ares has read.
enum NameAnswer {
    /// The records of a service; nil for a message that holds none that can be read.
    static func services(_ message: UnsafeMutablePointer<UInt8>?, _ length: Int32) -> LookupReply? {
        var list: UnsafeMutablePointer<ares_srv_reply>?
        let status = ares_parse_srv_reply(message, length, &list)
        defer { if let list { ares_free_data(list) } }
        if status == ARES_ENODATA { return LookupReply(.nothing) }
        let life = sb_ares_shortest_life(message, length)
        guard status == ARES_SUCCESS, life >= 0 else { return nil }
        var records: [ServiceRecord] = []
        var next = list
        while let record = next?.pointee {
            records.append(
                ServiceRecord(
                    target: record.host.map { String(cString: $0) } ?? "", port: record.port, priority: record.priority,
                    weight: record.weight))
            next = record.next
        }
        return LookupReply(.services(records), life: .seconds(life))
    }

    /// Addresses in the order of the answer.
    static func addresses(_ list: ares_addrinfo) -> LookupReply {
        var found: [String] = []
        var life = Int32.max
        var next = list.nodes
        while let node = next?.pointee {
            if let text = numericHost(node), !found.contains(text) { found.append(text) }
            life = min(life, node.ai_ttl)
            next = node.ai_next
        }
        var alias = list.cnames
        while let name = alias?.pointee {
            life = min(life, name.ttl)
            alias = name.next
        }
        return LookupReply(found.isEmpty ? .nothing : .addresses(found), life: .seconds(Int64(max(0, life))))
    }

    private static func numericHost(_ node: ares_addrinfo_node) -> String? {
        guard let address = node.ai_addr else { return nil }
        var copy = media_address()
        switch Int(node.ai_addrlen) {
        case MemoryLayout<sockaddr_in>.size:
            copy.v4 = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
        case MemoryLayout<sockaddr_in6>.size:
            copy.v6 = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
        default: return nil
        }
        var text = [CChar](repeating: 0, count: 46)
        guard media_address_host(&copy, &text, text.count) else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
