//! The JSON Schemas of the report and of the list of rules, kept by hand field by field. It is open: a reader must accept fields and words that it does
//! not know, since they may be added within a major version.

/// The schema of `h2lint/report/1`, JSON Schema draft 2020-12.
#[must_use]
pub const fn report_schema() -> &'static str {
    include_str!("report.schema.json")
}

/// The schema of the list of rules, JSON Schema draft 2020-12.
#[must_use]
pub const fn rules_schema() -> &'static str {
    include_str!("rules.schema.json")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::validator::misfits;
    use super::*;
    use crate::finding::{AltSvc, BlindSpotKind, Grpc, Npn, Report, StateChange, TlsRow, UpDown, UpgradeRow};
    use crate::policy::Policy;
    use crate::policy::sample::{blind_spot, clean, empty, hang, stream};

    fn against_schema(report: &Report) -> Vec<String> {
        let schema: Value = serde_json::from_str(report_schema()).expect("the schema is JSON");
        misfits(&schema, &serde_json::to_value(report).unwrap(), "report", &schema)
    }

    /// A report in which every optional part is there.
    fn full() -> Report {
        let mut report = hang();
        report.streams.push(stream(0, 1, "/a.B/C"));
        report.streams[0].state_log.push(StateChange {
            pkt: 7.into(),
            t: 0.1,
            event: "HEADERS".to_owned(),
            by: "client",
            state: "open",
        });
        report.streams[0].grpc = Some(Box::new(Grpc {
            service: "a.B".to_owned(),
            method: "C".to_owned(),
            kind: "unary",
            status: Some(0),
            message: None,
            messages: UpDown { up: 1, down: 1 },
        }));
        let agreed = &mut report.connections[0].negotiation;
        agreed.tls = Some(std::sync::Arc::new(TlsRow { alpn_source: "server_hello", ..TlsRow::default() }));
        agreed.npn = Some(Box::new(Npn { offered: vec!["h2".to_owned()], selected: None }));
        let upgrade = UpgradeRow { pkt: 4.into(), outcome: "accepted", status: Some(101), settings: None };
        agreed.upgrade = Some(Box::new(upgrade));
        agreed.alt_svc.push(AltSvc {
            protocol: "h2".to_owned(),
            host: "a".to_owned(),
            port: 443,
            max_age_s: None,
            pkt: 9.into(),
        });
        report.coverage.blind_spots.push(blind_spot(BlindSpotKind::Gap, &[0], "frames"));
        report
    }

    #[test]
    fn the_list_of_rules_fits_its_schema() {
        let schema: Value = serde_json::from_str(rules_schema()).expect("the schema is JSON");
        let list: Value =
            serde_json::from_str(&super::super::rules_as_json(crate::rules::catalog())).unwrap();
        assert_eq!(misfits(&schema, &list, "rules", &schema), Vec::<String>::new());
    }

    #[test]
    fn reports_fit_the_schema() {
        for mut report in [empty("a.pcap"), clean(), hang(), full()] {
            Policy::default().apply(&mut report);
            assert_eq!(against_schema(&report), Vec::<String>::new());
        }
    }
}
