import Foundation

/// The page of the company's numbers, and of those that are sold.
extension PortalPage {
    /// - Parameters:
    ///   - owned: The controller's answer to `GetNumbers`.
    ///   - sale: What of the search is shown.
    static func numbers(owned: AnswerRow, _ sale: NumberSale) -> String {
        document(
            title: "Numbers",
            """
            <p>\(link("Company", "/")) · \(link("Balance", "/balance"))</p>
            \(owned.text("FRESH") == "N" ? "<p>As it was last known.</p>" : "")
            \(table(
                ["Number", "State", "Price", "Paid until", "Renewed", ""], owned.rows("result").map(numberRow),
                empty: "No numbers yet."))
            <h2>New number</h2>
            \(saleText(sale))
            """)
    }

    private static func numberRow(_ number: AnswerRow) -> String {
        let name = ("number", number.text("PHONE_NUMBER"))
        let isRenewed = number.text("AUTO_RENEW") == "Y"
        var buttons = [
            button(
                isRenewed ? "Do not renew" : "Renew each period", "/numbers/renewal",
                [name, ("auto_renew", isRenewed ? "N" : "Y")])
        ]
        if number.text("STATE") == "FROZEN" { buttons.append(button("Pay now", "/numbers/renew", [name])) }
        buttons.append(button("Give back", "/numbers/release", [name]))
        let isOwned = ["ACTIVE", "UNBOUND", "FROZEN"].contains(number.text("STATE"))
        return row(
            [
                name.1, state(number), "\(number.text("PRICE")) \(number.text("CURRENCY"))",
                number.text("NEXT_RENEWAL"), isRenewed ? "yes" : "no",
            ], html: isOwned ? buttons.joined() : "")
    }

    private static func state(_ number: AnswerRow) -> String {
        let state = number.text("STATE")
        return state == "UNBOUND" ? "paid, its calls do not come yet" : state.lowercased()
    }

    private static func saleText(_ sale: NumberSale) -> String {
        let (place, found) = (sale.place, sale.found.rows("result"))
        let again = place.isEmpty ? "" : "<p>" + link("Another place", "/numbers") + "</p>"
        switch sale.step {
        case .countries:
            return table(
                ["Country", "Kind"], found.map(countryRow), empty: "No numbers are sold at the moment.")
        case .states:
            let rows = found.map { state in
                row([], html: link(state.text("NAME"), "/numbers", place + [("state", state.text("STATE"))]))
            }
            return again + table(["State"], rows, empty: "No numbers are sold there.")
        case .regions:
            let rows = found.map { region in
                row(
                    [price(region), region.text("FREE")],
                    html: link(region.text("NAME"), "/numbers", place + [("region", region.text("REGION_ID"))]))
            }
            return again + table(["Price", "Free", "Region"], rows, empty: "No numbers are sold there.")
        case .offers:
            return again
                + table(
                    ["Number", "Price", ""], found.map { offerRow($0, at: place) }, empty: "No number is free there.")
        }
    }

    private static func countryRow(_ country: AnswerRow) -> String {
        let categories = country.rows("CATEGORIES").map { category in
            let states = category.text("HAS_STATES") == "Y" ? [("states", "Y")] : []
            let here = [("country", country.text("COUNTRY")), ("category", category.text("CATEGORY"))]
            return link(category.text("NAME"), "/numbers", here + states)
        }
        return row([country.text("NAME")], html: categories.joined(separator: ", "))
    }

    private static func offerRow(_ offer: AnswerRow, at place: [(String, String)]) -> String {
        let order =
            place + [
                ("request_id", PageVisit.requestID()), ("number", offer.text("PHONE_NUMBER")),
                ("price", offer.text("PRICE")), ("installation_price", offer.text("INSTALLATION_PRICE")),
                ("currency", offer.text("CURRENCY")),
            ]
        return row([offer.text("PHONE_NUMBER"), price(offer)], html: button("Buy", "/numbers/buy", order))
    }

    private static func price(_ offer: AnswerRow) -> String {
        "\(offer.text("PRICE")) \(offer.text("CURRENCY")) a month, \(offer.text("INSTALLATION_PRICE")) once"
    }
}
