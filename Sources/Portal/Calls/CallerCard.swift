import PhoneNumbers
import Storage

/// Finds a caller in the CRM, and makes a lead of one whom nobody knows.
struct CallerCard {
    let transaction: Transaction
    let region: Region

    /// The caller's first card: contacts before companies before leads.
    func find(_ caller: String) throws -> Card? {
        guard let number = number(caller) else { return nil }
        for kind in CardKind.allCases {
            if let card = try CardStore(kind: kind, transaction: transaction).find(number).first { return card }
        }
        return nil
    }

    /// The caller's card, or a new lead of this call; nil for a hidden number and where the line makes no leads.
    func findOrMakeLead(
        _ caller: String, line: Line?, call: CallID, responsible: EmployeeID?, now: Int64
    ) throws -> Card? {
        if let card = try find(caller) { return card }
        guard let line, line.createsLeads, let number = number(caller) else { return nil }
        let leads = CardStore(kind: .lead, transaction: transaction)
        // Once a call: the lead may have lost its number since, and is the call's all the same.
        if let lead = try leads.find(createdBy: call) { return lead }
        let known = try responsible.flatMap { try EmployeeStore(transaction: transaction).find($0) }
        let input = CardInput(
            name: "\(number.digits) – \(line.title)", phone: number,
            responsible: known?.id ?? line.members.first)
        return try leads.find(try leads.add(input, call: call, now: now))
    }

    /// Gives a lead that this call has made to who talks with the new client first.
    func giveLead(of call: CallID, to employee: EmployeeID) throws {
        let leads = CardStore(kind: .lead, transaction: transaction)
        guard let lead = try leads.find(createdBy: call), lead.responsible != employee,
            try EmployeeStore(transaction: transaction).find(employee) != nil
        else { return }
        try transaction.execute(
            "UPDATE lead SET responsible_id = ? WHERE id = ?",
            [.integer(employee.rawValue), .integer(lead.id.rawValue)])
    }

    private func number(_ caller: String) -> PhoneNumber? {
        PhoneNumberParser.parse(caller, defaultRegion: region).number
    }
}
