import HTTPServing
import HTTPTypes
import Hummingbird
import Storage

/// The page `/`: log-in form, then company, lines and recent calls.
struct PageRoutes {
    static let recentCalls = 50
    static let recentWarnings: Int64 = 5

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("/") { request, _ in
            do {
                let employee = try await parts.employee(request)
                return PageVisit.answer(try await overview(for: employee))
            } catch let refusal as PortalRefusal where refusal.code == .noSession {
                return PageVisit.answer(PortalPage.login(message: nil))
            }
        }
        router.post("login") { request, _ in try await logIn(request) }
        router.get("calls/:call/recording") { request, context in
            _ = try await parts.employee(request)
            guard case .object(let link) = try await CallRoutes(parts: parts).recording(context),
                case .text(let url)? = link["url"]
            else { throw ControllerFailure.unavailable("the controller's answer holds no link") }
            return Response.redirect(to: url, type: .normal)
        }
        router.get("health") { _, _ in
            _ = try await parts.database.read { try $0.queryOne("SELECT COUNT(*) AS count FROM company") }
            return try Exchange.answer(["status": "ok"])
        }
        router.get("ready") { _, _ in
            let isMigrated = try? await parts.database.hasRun(Schema.migrations)
            return ReadinessReport([
                .init("database", isMigrated != nil), .init("schema", isMigrated ?? false),
                .init("running", !parts.ending.isEnding),
            ]).response
        }
    }

    private func logIn(_ request: Request) async throws -> Response {
        let fields = try await PageVisit.form(request)
        do {
            let (token, _) = try await parts.access.logIn(fields["login"] ?? "", fields["password"] ?? "")
            var response = Response.redirect(to: "/", type: .normal)
            response.headers[.setCookie] = Exchange.sessionCookie(token, life: SessionStore.lifeSeconds)
            return response
        } catch let refusal as PortalRefusal {
            return PageVisit.answer(PortalPage.login(message: refusal.message), status: refusal.code.status)
        }
    }

    private func overview(for employee: Employee) async throws -> String {
        let moment = parts.now()
        return try await parts.database.read { transaction in
            let company = try transaction.queryOne("SELECT name FROM company")?.text("name") ?? "No company yet"
            return PortalPage.overview(
                company: company, employee: employee, lines: try LineStore(transaction: transaction).all(),
                staff: try EmployeeStore(transaction: transaction).all(),
                warnings: employee.isAdmin
                    ? try BalanceWarningStore(transaction: transaction).latest(Self.recentWarnings) : [],
                payments: employee.isAdmin
                    ? try PaymentNewsStore(transaction: transaction).latest(Self.recentWarnings) : [],
                news: employee.isAdmin ? try NumberNewsStore(transaction: transaction).latest(Self.recentWarnings) : [],
                support: employee.isAdmin
                    ? try SupportStore(transaction: transaction).requests(Self.recentWarnings)
                        .filter { $0.state(at: moment) == .asked } : [],
                calls: try CallStore(transaction: transaction).history(before: nil, limit: Self.recentCalls))
        }
    }
}
