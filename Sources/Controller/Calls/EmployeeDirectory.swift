import CRM
import Foundation
import PhoneNumbers
import Routing
import Storage

/// The employees with their present state; the portal's last answer when it gives none now.
struct EmployeeDirectory: Sendable {
    /// What is known, and how well.
    struct Answer: Sendable, Equatable {
        var employees: [CRMEmployee]
        var knowledge: RoutingInput.Knowledge
    }

    let database: Database
    let now: @Sendable () -> Moment
    private let snapshots: RowMemory<PortalID, Snapshot>

    init(database: Database, now: @escaping @Sendable () -> Moment) {
        self.database = database
        self.now = now
        snapshots = RowMemory(of: database, changes: .employees) { PortalID(rawValue: $0) }
    }

    /// Waits for the portal within the CRM's limit.
    func employees(_ portal: Portal) async throws -> Answer {
        if case .answered(let employees) = await portal.crm.employees() { return try await note(employees, portal) }
        return try await last(portal)
    }

    /// Takes in what the portal has just said.
    func note(_ employees: [CRMEmployee], _ portal: Portal) async throws -> Answer {
        let last = try await snapshot(portal.id)
        if employees != last?.employees { try await save(employees, portal.id) }
        return Answer(employees: employees, knowledge: .current)
    }

    /// What the portal said last.
    func last(_ portal: Portal) async throws -> Answer {
        let last = try await snapshot(portal.id)
        guard let last else { return Answer(employees: [], knowledge: .missing) }
        let age = max(0, now().seconds - last.fetchedAt.seconds)
        return Answer(employees: last.employees, knowledge: .stale(ageSeconds: age))
    }

    private struct Snapshot: Sendable {
        var employees: [CRMEmployee]
        var fetchedAt: Moment
    }

    private func snapshot(_ portal: PortalID) async throws -> Snapshot? {
        try await snapshots.value(portal) {
            try await database.read { transaction in
                let row = try transaction.queryOne(
                    "SELECT employees, fetched_at FROM employee_snapshot WHERE portal_id = ?",
                    [.text(portal.rawValue)])
                guard let row else { return nil }
                return Snapshot(
                    employees: try JSONDecoder().decode(
                        [CRMEmployee].self, from: Data(try row.text("employees").utf8)),
                    fetchedAt: Moment(milliseconds: try row.integer("fetched_at")))
            }
        }
    }

    private func save(_ employees: [CRMEmployee], _ portal: PortalID) async throws {
        let text = String(decoding: try JSONEncoder().encode(employees), as: UTF8.self)
        let moment = now()
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                INSERT INTO employee_snapshot (portal_id, employees, fetched_at) VALUES (?, ?, ?)
                ON CONFLICT (portal_id) DO UPDATE SET employees = excluded.employees, fetched_at = excluded.fetched_at
                """, [.text(portal.rawValue), .text(text), .integer(moment.milliseconds)])
            try transaction.notify(.employees, portal.rawValue)
        }
        snapshots.forget(portal)
    }
}

extension Employee {
    /// The CRM's employee in routing's words.
    init(_ employee: CRMEmployee, region: Region, lastOffered: Moment?) {
        self.init(
            id: EmployeeID(rawValue: employee.id.rawValue), name: employee.name, extension: employee.extension,
            havePhone: employee.havePhone, online: employee.online, workdayOpen: employee.workdayOpen,
            ownPhone: employee.ownPhone.flatMap { PhoneNumberParser.parse($0, defaultRegion: region).number },
            lastOffered: lastOffered?.milliseconds)
    }
}

extension CallerLookup {
    /// The stored answer in routing's words.
    init(_ stored: StoredLookup?) {
        guard let stored else {
            self = .notAsked
            return
        }
        if let matches = stored.matches {
            self = .found(CallerMatches(matches))
        } else if let limit = stored.timedOutMilliseconds {
            self = .timedOut(limitMilliseconds: limit)
        } else {
            self = .failed(reason: stored.failure ?? "no reason")
        }
    }
}

extension CallerMatches {
    init(_ matches: CRMMatches) {
        self.init(
            contacts: matches.contacts.map(CRMCard.init), companies: matches.companies.map(CRMCard.init),
            leads: matches.leads.map(CRMCard.init))
    }
}

extension CRMCard {
    init(_ entity: CRMEntity) {
        func employee(_ user: CRMUserID?) -> EmployeeID? { user.map { EmployeeID(rawValue: $0.rawValue) } }
        self.init(
            id: entity.id, title: entity.name, responsible: employee(entity.responsible),
            callManager: employee(entity.callManager), temporaryManager: employee(entity.temporaryManager),
            temporaryUntil: entity.temporaryUntil)
    }
}
