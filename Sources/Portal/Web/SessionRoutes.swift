import HTTPTypes
import Hummingbird

/// Logging in and out over the API.
struct SessionRoutes {
    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.post("api/login") { request, _ in
            let input = try await Exchange.input(request)
            try input.allowOnly(["login", "password"])
            let (token, employee) = try await parts.access.logIn(
                try input.text("login", 1...64), try input.text("password", 1...200))
            var response = try Exchange.answer(["token": .text(token), "employee": employee.json])
            response.headers[.setCookie] = Exchange.sessionCookie(token, life: SessionStore.lifeSeconds)
            return response
        }
        router.post("api/logout") { request, _ in
            if let token = Exchange.token(request) { try await parts.access.logOut(token) }
            var response = try Exchange.answer(["result": "OK"])
            response.headers[.setCookie] = Exchange.sessionCookie("", life: 0)
            return response
        }
        router.get("api/me") { request, _ in
            try Exchange.answer(try await parts.access.employee(token: Exchange.token(request)).json)
        }
    }
}
