import Foundation
import HTTPTypes
import Testing

@testable import Controller

/// What the voice platform's documentation says of its methods: names, parameters, and what their values look like.
struct ManagementContract: Sendable, Decodable {
    /// A kind of value: a pattern for the whole of it, or a greatest number of characters.
    struct Kind: Sendable, Decodable {
        var pattern: String?
        var maximum: Int?

        func takes(_ value: String) -> Bool {
            if let pattern, value.range(of: "^(?:\(pattern))$", options: .regularExpression) == nil { return false }
            return value.count <= maximum ?? 8191 && !value.isEmpty
        }
    }

    /// How a request may name its account, and prove that it may.
    struct Authentication: Sendable, Decodable {
        var names: Set<String>
        var proofs: Set<String>
    }

    struct Method: Sendable, Decodable {
        /// `account` when missing; `parent` where the account is the parent's.
        var authentication: String?
        var required: [String: String]?
        /// Of each group exactly one.
        var oneOf: [[String: String]]?
        var optional: [String: String]?
        /// A parameter that wants another one beside it: exactly one of these.
        var with: [String: [String: String]]?
        /// Of each group at most one.
        var exclusive: [[String]]?

        var parameters: [String: String] {
            let groups = (oneOf ?? []) + (with ?? [:]).values + [required ?? [:], optional ?? [:]]
            return groups.reduce(into: [:]) { all, group in all.merge(group) { first, _ in first } }
        }
    }

    let types: [String: Kind]
    let authentication: [String: Authentication]
    let methods: [String: Method]

    static let documented = Result {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return try JSONDecoder().decode(
            ManagementContract.self, from: Data(contentsOf: folder.appending(path: "management-api.json")))
    }

    /// Fails the test for each thing that the documentation does not have so.
    static func expect(_ commands: [FakePlatform.Command]) {
        do {
            let contract = try documented.get()
            for problem in Set(commands.flatMap(contract.problems)).sorted() {
                Issue.record("\(problem)")
            }
        } catch {
            Issue.record(error)
        }
    }

    /// Everything about a request that is not as documented; names only, no values.
    func problems(_ command: FakePlatform.Command) -> [String] {
        guard let method = methods[command.method] else { return ["\(command.method) is no documented method"] }
        var problems = form(command.head)
        var own = command.fields.fields
        problems += authentication(method, command.head, &own)
        let given = Dictionary(own.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        if given.count < own.count { problems.append("a parameter is given twice") }
        problems += presence(method, given)
        for (name, value) in given {
            guard let type = method.parameters[name], let kind = types[type] else {
                problems.append("parameter \(name) is not documented")
                continue
            }
            if !kind.takes(value) { problems.append("parameter \(name) is no \(type)") }
        }
        return problems.map { "\(command.method): \($0)" }
    }

    /// Commands are posted as forms: secrets and scripts do not belong into addresses.
    private func form(_ head: HTTPRequest) -> [String] {
        var problems: [String] = []
        if head.method != .post { problems.append("the verb is \(head.method)") }
        if head.path?.contains("?") != false { problems.append("the address has a query") }
        if head.headerFields[.contentType] != "application/x-www-form-urlencoded" {
            problems.append("the body is not announced as a form")
        }
        return problems
    }

    /// Takes account and proof off the parameters.
    private func authentication(
        _ method: Method, _ head: HTTPRequest, _ fields: inout [FormFields.Field]
    ) -> [String] {
        guard let expected = authentication[method.authentication ?? "account"] else { return ["no authentication"] }
        let names = fields.filter { expected.names.contains($0.name) }
        let proofs = fields.filter { expected.proofs.contains($0.name) }
        fields.removeAll { expected.names.contains($0.name) || expected.proofs.contains($0.name) }
        if let header = head.headerFields[.authorization] {
            let isToken = header.wholeMatch(of: /Bearer [\w-]+\.[\w-]+\.[\w-]+/) != nil
            return isToken && names.isEmpty && proofs.isEmpty ? [] : ["a token must be the only authentication"]
        }
        guard names.count == 1, proofs.count == 1 else { return ["one account and one proof must be given"] }
        return (names + proofs).filter { $0.value.isEmpty }.map { "\($0.name) is empty" }
    }

    private func presence(_ method: Method, _ given: [String: String]) -> [String] {
        var problems = (method.required ?? [:]).keys.filter { given[$0] == nil }.map { "parameter \($0) is missing" }
        var groups = method.oneOf ?? []
        for (name, companions) in method.with ?? [:] where given[name] != nil { groups.append(companions) }
        for group in groups where group.keys.count(where: { given[$0] != nil }) != 1 {
            problems.append("exactly one of \(group.keys.sorted().joined(separator: ", ")) must be given")
        }
        for group in method.exclusive ?? [] where group.count(where: { given[$0] != nil }) > 1 {
            problems.append("at most one of \(group.joined(separator: ", ")) may be given")
        }
        return problems
    }
}
