import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// The page `/history`, for administrators: a search of all calls, their totals, the file of them, and how they are kept.
struct HistoryPageRoutes {
    private static let shownCalls: Int64 = 50
    private static let title = "History"

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("history") { request, _ in
            try await PageVisit.administrator(request, parts, title: Self.title) {
                try await search(HistorySearchForm(PageVisit.query(request)))
            }
        }
        router.get("history/calls.csv") { request, _ in
            try await PageVisit.administrator(request, parts, title: Self.title) {
                let form = HistorySearchForm(PageVisit.query(request))
                do {
                    let options = HistoryOptionsForm(try await options())
                    return try await HistoryFile.csv.answer(try form.filters(in: options.place), parts.controller)
                } catch {
                    guard let failure = FormFailure(error) else { throw error }
                    return answer(try await sheet(form), failure)
                }
            }
        }
        router.post("history/options") { request, _ in
            try await PageVisit.administrator(request, parts, title: Self.title) {
                let form = HistoryOptionsForm(try await PageVisit.form(request))
                do {
                    try await parts.controller.ask("SetHistoryOptions", try form.wish())
                } catch {
                    guard let failure = FormFailure(error) else { throw error }
                    return PageVisit.answer(
                        PortalPage.historyOptions(form, wrong: failure.message), status: failure.status)
                }
                return Response.redirect(to: "/history", type: .normal)
            }
        }
    }

    /// The calls that were wanted, or the form again with what is wrong with it.
    private func search(_ form: HistorySearchForm) async throws -> Response {
        var sheet = try await sheet(form)
        do {
            let options = HistoryOptionsForm(try await options())
            sheet.options = options
            sheet.form = form.filled(at: parts.now(), in: options.place)
            var question = try sheet.form.filters(in: options.place)
            question["LIMIT"] = .integer(Self.shownCalls)
            if let cursor = form.cursor { question["CURSOR"] = .text(cursor) }
            sheet.found = AnswerRow(try await parts.controller.ask("FindCalls", .object(question)))
            for scope in HistoryScope.allCases where form.cursor == nil {
                let totals = try await parts.controller.ask("GetCallTotals", sheet.form.totals(by: scope))
                sheet.totals.append((scope, AnswerRow(totals)))
            }
        } catch {
            guard let failure = FormFailure(error) else { throw error }
            return answer(sheet, failure)
        }
        return PageVisit.answer(PortalPage.history(sheet))
    }

    private func answer(_ sheet: HistorySheet, _ failure: FormFailure) -> Response {
        var sheet = sheet
        sheet.wrong = failure.message
        return PageVisit.answer(PortalPage.history(sheet), status: failure.status)
    }

    private func options() async throws -> AnswerRow {
        AnswerRow(try await parts.controller.ask("GetHistoryOptions", [:]))
    }

    /// With what the portal itself knows for it.
    private func sheet(_ form: HistorySearchForm) async throws -> HistorySheet {
        try await parts.database.read { transaction in
            HistorySheet(
                form: form, staff: try EmployeeStore(transaction: transaction).all(),
                lines: try LineStore(transaction: transaction).all())
        }
    }
}

/// What the page of the history shows.
struct HistorySheet {
    var form: HistorySearchForm
    let staff: [Employee]
    let lines: [Line]
    /// Nil when the controller could not be asked.
    var options: HistoryOptionsForm?
    /// The controller's answer to `FindCalls`.
    var found: AnswerRow?
    /// Its answers to `GetCallTotals`; on the first page only.
    var totals: [(HistoryScope, AnswerRow)] = []
    /// What is wrong with the form, or why it could not be done.
    var wrong: String?
}
