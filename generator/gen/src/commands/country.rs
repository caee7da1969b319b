//! Countries that the command line names: ISO 3166-1, and where a provider is.

use std::collections::BTreeSet;

use gen_core::diag::{Diagnostic, Fault};
use gen_core::model::subject::Provider;

/// ISO 3166-1 alpha-2, as officially assigned.
const ASSIGNED: &str = "\
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI \
CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ \
GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS \
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG \
PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK \
TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// A country, as its code.
pub(super) fn parse(text: &str) -> Result<String, Box<Diagnostic>> {
    if ASSIGNED.split(' ').any(|code| code == text) {
        return Ok(text.to_owned());
    }
    let label = format!("`{text}` is not the code of a country");
    let help = "two capital letters of ISO 3166-1, such as DE";
    Err(Box::new(Diagnostic::error(Fault::WrongValue).label(label).help(help)))
}

/// Refuses a country that a provider is not in. One without places of its own is wherever it is said to be.
pub(super) fn has(name: &str, provider: &Provider, country: &str) -> Result<(), Box<Diagnostic>> {
    let countries: BTreeSet<&str> = provider.places.values().map(|place| place.country.as_str()).collect();
    if countries.is_empty() || countries.contains(country) {
        return Ok(());
    }
    let known: Vec<&str> = countries.into_iter().collect();
    let fault = Diagnostic::error(Fault::NoPlace).label(format!("{name} is not in {country}"));
    Err(Box::new(fault.help(format!("it is in: {}", known.join(", ")))))
}

/// A country as YAML text: the one whose code is a truth value to some readers has quotes.
pub(super) fn yaml(country: &str) -> String {
    if country == "NO" { "\"NO\"".to_owned() } else { country.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_is_known_and_nothing_else() {
        let all: BTreeSet<&str> = ASSIGNED.split(' ').collect();
        assert_eq!(all.len(), 249);
        assert!(all.iter().all(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        assert!(parse("NO").is_ok());
        for wrong in ["XX", "ZZ", "EU", "de", "DEU", "", "DE FR"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
