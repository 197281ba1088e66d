#ifndef SWITCHBOARD_CPHONENUMBER_H
#define SWITCHBOARD_CPHONENUMBER_H

#ifdef __cplusplus
extern "C" {
#endif

/// How well the digits fit the numbering plan that libphonenumber knows.
enum sb_phone_quality {
    SB_PHONE_UNREADABLE = 0,
    /// The length fits, the range is not assigned (or newer than the library's tables).
    SB_PHONE_POSSIBLE = 1,
    SB_PHONE_VALID = 2,
};

/// One reading of a number; texts end with a zero octet.
struct sb_phone {
    enum sb_phone_quality quality;
    int country_code;
    /// E.164 digits without the plus: at most 3 of the country and 17 of the subscriber.
    char digits[24];
    /// ISO 3166 code of the region, empty when the number belongs to none.
    char region[4];
};

/// Why a text is no number, in the order of libphonenumber's `ErrorType`.
enum sb_phone_error {
    SB_PHONE_NO_ERROR = 0,
    SB_PHONE_INVALID_COUNTRY_CODE,
    SB_PHONE_NOT_A_NUMBER,
    SB_PHONE_TOO_SHORT_AFTER_IDD,
    SB_PHONE_TOO_SHORT_NSN,
    SB_PHONE_TOO_LONG_NSN,
};

/// Everything that is known about a number; texts end with a zero octet.
struct sb_phone_facts {
    enum sb_phone_error error;
    /// E.164 with the plus.
    char number[24];
    /// ISO 3166 code, `001` for numbers of no country, empty when unknown.
    char region[4];
    /// Where the number is, in English; empty when nothing is known.
    char location[96];
    /// libphonenumber's `PhoneNumberType`, 0…11.
    int type;
    int is_possible;
    int is_valid;
    /// Valid in the region in which it was read.
    int is_valid_for_region;
};

/// Reads `text` as `sb_phone_read` does and tells what is known of the number; never throws, never keeps the pointers.
struct sb_phone_facts sb_phone_inspect(const char *text, const char *region);

/// Reads `text` ("+" and digits, or digits as dialled inside `region`); never throws, never keeps the pointers.
struct sb_phone sb_phone_read(const char *text, const char *region);

/// The calling code of a region, 0 for one that libphonenumber does not know.
int sb_phone_country_code(const char *region);

#ifdef __cplusplus
}
#endif

#endif
