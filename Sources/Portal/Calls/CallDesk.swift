import PhoneNumbers
import Storage

/// Takes the controller's news of calls: keeps their rows, makes leads, tells the employees' browsers.
///
/// News may come twice or in another order; each ends in the same rows, as older news changes nothing that is newer. The steps of a call are written for
/// ``Durability/soon``, its history is on the disk before it is acknowledged.
struct CallDesk: Sendable {
    let database: Database
    let hub: EventHub
    let region: Region
    let now: @Sendable () -> Int64

    /// The call rings for an employee now; it stops ringing for who had it before.
    func invite(_ input: InputReader) async throws {
        let id = try input.callID()
        guard let employee = try input.employee("USER_ID") else {
            throw input.wrong("USER_ID", "the id of an employee", "nothing")
        }
        let caller = try input.loose("CALLER_ID", atMost: 255) ?? ""
        let typeConnect = try input.loose("TYPE_CONNECT", atMost: 20) ?? ""
        let step = try input.step()
        let lineNames = try lineNames(input)
        let (now, region) = (now(), region)
        let news = try await database.write(.soon) { transaction in
            let calls = CallStore(transaction: transaction)
            let line = try LineStore(transaction: transaction).find(anyOf: lineNames)
            let known = try calls.find(id)
            guard try !calls.isOver(id) else { return [Delivery]() }
            let isOld = known.map { step > 0 && step < $0.step } ?? false
            let cards = CallerCard(transaction: transaction, region: region)
            let card =
                line?.usesCRM == false
                ? nil
                : try cards.findOrMakeLead(
                    caller, line: line, call: id, responsible: isOld ? known?.employee ?? employee : employee, now: now)
            var call = Call(
                id: id, line: line?.searchID.rawValue ?? lineNames.compactMap(\.self).first ?? "", caller: caller,
                status: known?.status ?? .waiting, employee: employee, typeConnect: typeConnect,
                card: card?.shown ?? .null, createdAt: known?.createdAt ?? now, step: max(step, known?.step ?? 0))
            // Who calls is news all the same where the answer has come before the ringing.
            if isOld, let known { (call.employee, call.typeConnect) = (known.employee, known.typeConnect) }
            try calls.put(call)
            guard !isOld else { return [] }
            try calls.invite(employee, to: id)
            let title = line?.title ?? call.line
            var news = [Delivery(.invite, call.json(lineTitle: title), to: employee)]
            if let before = known?.employee, before != employee { news.append(.init(.timeout, id.json, to: before)) }
            return news
        }
        deliver(news)
    }

    /// An employee talks.
    func start(_ input: InputReader) async throws {
        let id = try input.callID()
        let employee = try input.employee("USER_ID")
        let device = try input.loose("CALL_DEVICE", atMost: 20) ?? ""
        let step = try input.step()
        let (now, region) = (now(), region)
        let news = try await database.write(.soon) { transaction in
            let calls = CallStore(transaction: transaction)
            var call =
                try calls.find(id)
                ?? Call(
                    id: id, line: "", caller: "", status: .waiting, employee: nil, typeConnect: "", card: .null,
                    createdAt: now)
            guard try !calls.isOver(id), step == 0 || step >= call.step else { return [Delivery]() }
            call.status = .connected
            call.step = max(step, call.step)
            call.employee = employee ?? call.employee
            try calls.put(call)
            guard let talks = call.employee else { return [] }
            try calls.invite(talks, to: id)
            try CallerCard(transaction: transaction, region: region).giveLead(of: id, to: talks)
            let others = try calls.invited(to: id).filter { $0 != talks }
            return [Delivery(.start, ["callId": .text(id.rawValue), "callDevice": .text(device)], to: talks)]
                + others.map { Delivery(.timeout, id.json, to: $0) }
        }
        deliver(news)
    }

    /// The caller's leg has ended.
    func hangup(_ input: InputReader) async throws {
        let id = try input.callID()
        let lineNames = try lineNames(input)
        let now = now()
        let news = try await database.write(.soon) { transaction in
            let calls = CallStore(transaction: transaction)
            // One that is not known yet is kept, so that it does not ring when its invitation comes.
            var call =
                try calls.find(id)
                ?? Call(
                    id: id, line: lineNames.compactMap(\.self).first ?? "", caller: "", status: .waiting, employee: nil,
                    typeConnect: "", card: .null, createdAt: now)
            guard call.status != .finished else { return [Delivery]() }
            call.status = .finished
            try calls.put(call)
            return try calls.invited(to: id).map { Delivery(.hangup, id.json, to: $0) }
        }
        deliver(news)
    }

    /// The call's history; a repetition changes nothing, a later revision takes its place.
    func history(_ record: CallRecord) async throws {
        let (now, region) = (now(), region)
        let news = try await database.write { transaction in
            let calls = CallStore(transaction: transaction)
            guard try calls.record(record, now: now) else { return [Delivery]() }
            let cards = CallerCard(transaction: transaction, region: region)
            // A caller who left before anybody was rung is a lead, too; one on the black list is not.
            if record.failureCode != "423" {
                let line = try LineStore(transaction: transaction).find(anyOf: [record.line])
                _ = try cards.findOrMakeLead(
                    record.caller, line: line, call: record.id, responsible: record.employee, now: now)
            }
            if record.isSuccess, let employee = record.employee {
                try cards.giveLead(of: record.id, to: employee)
            }
            var news: [Delivery] = []
            if var call = try calls.find(record.id), call.status != .finished {
                call.status = .finished
                try calls.put(call)
                news = try calls.invited(to: record.id).map { Delivery(.hangup, record.id.json, to: $0) }
            }
            if let employee = record.employee { news.append(Delivery(.history, record.id.json, to: employee)) }
            return news
        }
        deliver(news)
    }

    private func lineNames(_ input: InputReader) throws(InputError) -> [String?] {
        [
            try input.loose("ACCOUNT_SEARCH_ID", atMost: 255), try input.loose("SEARCH_ID", atMost: 255),
            try input.loose("PHONE_NUMBER", atMost: 255),
        ]
    }

    private func deliver(_ news: [Delivery]) {
        for item in news { hub.send(item.event, to: item.employee) }
    }

    /// What goes to whom once the transaction is committed.
    private struct Delivery: Sendable {
        var event: PortalEvent
        var employee: EmployeeID

        init(_ name: PortalEvent.Name, _ data: JSONValue, to employee: EmployeeID) {
            event = PortalEvent(name: name, data: data)
            self.employee = employee
        }
    }
}

extension CallID {
    /// The data of events that only name the call.
    var json: JSONValue { ["callId": .text(rawValue)] }
}

extension Card {
    /// The card as an invitation shows it.
    var shown: JSONValue {
        [
            "kind": .text(kind.rawValue), "id": .integer(id.rawValue), "name": .text(name),
            "responsible_id": .optional(responsible?.rawValue),
        ]
    }
}
