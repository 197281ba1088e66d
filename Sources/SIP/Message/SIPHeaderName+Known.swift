extension SIPHeaderName {
    /// `Accept` (RFC 3261 clause 20.1).
    public static let accept = SIPHeaderName(.accept)
    /// `Accept-Contact` (RFC 3841), compact form `a`.
    public static let acceptContact = SIPHeaderName(.acceptContact)
    /// `Accept-Encoding` (RFC 3261 clause 20.2).
    public static let acceptEncoding = SIPHeaderName(.acceptEncoding)
    /// `Accept-Language` (RFC 3261 clause 20.3).
    public static let acceptLanguage = SIPHeaderName(.acceptLanguage)
    /// `Alert-Info` (RFC 3261 clause 20.4).
    public static let alertInfo = SIPHeaderName(.alertInfo)
    /// `Allow` (RFC 3261 clause 20.5).
    public static let allow = SIPHeaderName(.allow)
    /// `Allow-Events` (RFC 6665), compact form `u`.
    public static let allowEvents = SIPHeaderName(.allowEvents)
    /// `Authentication-Info` (RFC 3261 clause 20.6).
    public static let authenticationInfo = SIPHeaderName(.authenticationInfo)
    /// `Authorization` (RFC 3261 clause 20.7).
    public static let authorization = SIPHeaderName(.authorization)
    /// `Call-ID` (RFC 3261 clause 20.8), compact form `i`.
    public static let callID = SIPHeaderName(.callID)
    /// `Call-Info` (RFC 3261 clause 20.9).
    public static let callInfo = SIPHeaderName(.callInfo)
    /// `Contact` (RFC 3261 clause 20.10), compact form `m`.
    public static let contact = SIPHeaderName(.contact)
    /// `Content-Disposition` (RFC 3261 clause 20.11).
    public static let contentDisposition = SIPHeaderName(.contentDisposition)
    /// `Content-Encoding` (RFC 3261 clause 20.12), compact form `e`.
    public static let contentEncoding = SIPHeaderName(.contentEncoding)
    /// `Content-Language` (RFC 3261 clause 20.13).
    public static let contentLanguage = SIPHeaderName(.contentLanguage)
    /// `Content-Length` (RFC 3261 clause 20.14), compact form `l`.
    public static let contentLength = SIPHeaderName(.contentLength)
    /// `Content-Type` (RFC 3261 clause 20.15), compact form `c`.
    public static let contentType = SIPHeaderName(.contentType)
    /// `CSeq` (RFC 3261 clause 20.16).
    public static let cSeq = SIPHeaderName(.cSeq)
    /// `Date` (RFC 3261 clause 20.17).
    public static let date = SIPHeaderName(.date)
    /// `Diversion` (RFC 5806).
    public static let diversion = SIPHeaderName(.diversion)
    /// `Error-Info` (RFC 3261 clause 20.18).
    public static let errorInfo = SIPHeaderName(.errorInfo)
    /// `Event` (RFC 6665), compact form `o`.
    public static let event = SIPHeaderName(.event)
    /// `Expires` (RFC 3261 clause 20.19).
    public static let expires = SIPHeaderName(.expires)
    /// `Flow-Timer` (RFC 5626).
    public static let flowTimer = SIPHeaderName(.flowTimer)
    /// `From` (RFC 3261 clause 20.20), compact form `f`.
    public static let from = SIPHeaderName(.from)
    /// `Geolocation` (RFC 6442).
    public static let geolocation = SIPHeaderName(.geolocation)
    /// `History-Info` (RFC 7044).
    public static let historyInfo = SIPHeaderName(.historyInfo)
    /// `Identity` (RFC 8224), compact form `y`.
    public static let identity = SIPHeaderName(.identity)
    /// `Identity-Info` (RFC 4474), compact form `n`.
    public static let identityInfo = SIPHeaderName(.identityInfo)
    /// `Info-Package` (RFC 6086).
    public static let infoPackage = SIPHeaderName(.infoPackage)
    /// `In-Reply-To` (RFC 3261 clause 20.21).
    public static let inReplyTo = SIPHeaderName(.inReplyTo)
    /// `Join` (RFC 3911).
    public static let join = SIPHeaderName(.join)
    /// `Max-Forwards` (RFC 3261 clause 20.22).
    public static let maxForwards = SIPHeaderName(.maxForwards)
    /// `MIME-Version` (RFC 3261 clause 20.24).
    public static let mimeVersion = SIPHeaderName(.mimeVersion)
    /// `Min-Expires` (RFC 3261 clause 20.23).
    public static let minExpires = SIPHeaderName(.minExpires)
    /// `Min-SE` (RFC 4028).
    public static let minSE = SIPHeaderName(.minSE)
    /// `Organization` (RFC 3261 clause 20.25).
    public static let organization = SIPHeaderName(.organization)
    /// `P-Asserted-Identity` (RFC 3325).
    public static let pAssertedIdentity = SIPHeaderName(.pAssertedIdentity)
    /// `P-Preferred-Identity` (RFC 3325).
    public static let pPreferredIdentity = SIPHeaderName(.pPreferredIdentity)
    /// `Path` (RFC 3327).
    public static let path = SIPHeaderName(.path)
    /// `Priority` (RFC 3261 clause 20.26).
    public static let priority = SIPHeaderName(.priority)
    /// `Privacy` (RFC 3323).
    public static let privacy = SIPHeaderName(.privacy)
    /// `Proxy-Authenticate` (RFC 3261 clause 20.27).
    public static let proxyAuthenticate = SIPHeaderName(.proxyAuthenticate)
    /// `Proxy-Authentication-Info` (RFC 7615).
    public static let proxyAuthenticationInfo = SIPHeaderName(.proxyAuthenticationInfo)
    /// `Proxy-Authorization` (RFC 3261 clause 20.28).
    public static let proxyAuthorization = SIPHeaderName(.proxyAuthorization)
    /// `Proxy-Require` (RFC 3261 clause 20.29).
    public static let proxyRequire = SIPHeaderName(.proxyRequire)
    /// `RAck` (RFC 3262).
    public static let rAck = SIPHeaderName(.rAck)
    /// `Reason` (RFC 3326).
    public static let reason = SIPHeaderName(.reason)
    /// `Record-Route` (RFC 3261 clause 20.30).
    public static let recordRoute = SIPHeaderName(.recordRoute)
    /// `Recv-Info` (RFC 6086).
    public static let recvInfo = SIPHeaderName(.recvInfo)
    /// `Refer-Sub` (RFC 4488).
    public static let referSub = SIPHeaderName(.referSub)
    /// `Refer-To` (RFC 3515), compact form `r`.
    public static let referTo = SIPHeaderName(.referTo)
    /// `Referred-By` (RFC 3892), compact form `b`.
    public static let referredBy = SIPHeaderName(.referredBy)
    /// `Reject-Contact` (RFC 3841), compact form `j`.
    public static let rejectContact = SIPHeaderName(.rejectContact)
    /// `Remote-Party-ID` (draft-ietf-sip-privacy-04).
    public static let remotePartyID = SIPHeaderName(.remotePartyID)
    /// `Replaces` (RFC 3891).
    public static let replaces = SIPHeaderName(.replaces)
    /// `Reply-To` (RFC 3261 clause 20.31).
    public static let replyTo = SIPHeaderName(.replyTo)
    /// `Request-Disposition` (RFC 3841), compact form `d`.
    public static let requestDisposition = SIPHeaderName(.requestDisposition)
    /// `Require` (RFC 3261 clause 20.32).
    public static let require = SIPHeaderName(.require)
    /// `Retry-After` (RFC 3261 clause 20.33).
    public static let retryAfter = SIPHeaderName(.retryAfter)
    /// `Route` (RFC 3261 clause 20.34).
    public static let route = SIPHeaderName(.route)
    /// `RSeq` (RFC 3262).
    public static let rSeq = SIPHeaderName(.rSeq)
    /// `Server` (RFC 3261 clause 20.35).
    public static let server = SIPHeaderName(.server)
    /// `Service-Route` (RFC 3608).
    public static let serviceRoute = SIPHeaderName(.serviceRoute)
    /// `Session-Expires` (RFC 4028), compact form `x`.
    public static let sessionExpires = SIPHeaderName(.sessionExpires)
    /// `SIP-ETag` (RFC 3903).
    public static let sipETag = SIPHeaderName(.sipETag)
    /// `SIP-If-Match` (RFC 3903).
    public static let sipIfMatch = SIPHeaderName(.sipIfMatch)
    /// `Subject` (RFC 3261 clause 20.36), compact form `s`.
    public static let subject = SIPHeaderName(.subject)
    /// `Subscription-State` (RFC 6665).
    public static let subscriptionState = SIPHeaderName(.subscriptionState)
    /// `Supported` (RFC 3261 clause 20.37), compact form `k`.
    public static let supported = SIPHeaderName(.supported)
    /// `Timestamp` (RFC 3261 clause 20.38).
    public static let timestamp = SIPHeaderName(.timestamp)
    /// `To` (RFC 3261 clause 20.39), compact form `t`.
    public static let to = SIPHeaderName(.to)
    /// `Unsupported` (RFC 3261 clause 20.40).
    public static let unsupported = SIPHeaderName(.unsupported)
    /// `User-Agent` (RFC 3261 clause 20.41).
    public static let userAgent = SIPHeaderName(.userAgent)
    /// `User-to-User` (RFC 7433).
    public static let userToUser = SIPHeaderName(.userToUser)
    /// `Via` (RFC 3261 clause 20.42), compact form `v`.
    public static let via = SIPHeaderName(.via)
    /// `Warning` (RFC 3261 clause 20.43).
    public static let warning = SIPHeaderName(.warning)
    /// `WWW-Authenticate` (RFC 3261 clause 20.44).
    public static let wwwAuthenticate = SIPHeaderName(.wwwAuthenticate)
}
