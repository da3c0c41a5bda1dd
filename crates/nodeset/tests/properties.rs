//! Properties of every node set: what is written is read back, and the algebra is that of sets.
//! Names are drawn from few words and small numbers, so that they collide and fold.

use std::collections::BTreeSet;

use nodeset::NodeSet;
use proptest::collection::vec;
use proptest::prelude::*;

const LIMIT: usize = 10_000;

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..12_u32).prop_map(|value| value.to_string()),
        1 => (0..12_u32).prop_map(|value| format!("{value:02}")),
        1 => any::<u128>().prop_map(|value| (value >> 9).to_string()),
    ]
    .prop_filter("at most 36 digits", |digits| digits.len() <= 36)
}

fn name() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["n", "r", "-", ".x", "a_b"]);
    let middle = prop_oneof![3 => number().boxed(), 1 => Just(String::new()).boxed()];
    let tail = prop_oneof![Just(""), Just("-ib")];
    (vec((word, middle), 1..4), tail).prop_map(|(words, tail)| {
        let text: String =
            words.into_iter().map(|(word, number)| word.to_owned() + &number).collect();
        text + tail
    })
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(name(), 0..40)
}

fn grid() -> impl Strategy<Value = Vec<String>> {
    vec((0..6_u32, 6..13_u32, 0..3_u32), 0..80).prop_map(|cells| {
        cells.into_iter().map(|(rack, node, port)| format!("r{rack}n{node}p{port}")).collect()
    })
}

fn set(names: &[String]) -> NodeSet {
    NodeSet::from_names(names).expect("valid names")
}

fn sorted(names: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    names.into_iter().collect()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(names in prop_oneof![names(), grid()]) {
        let nodes = set(&names);
        prop_assert_eq!(&NodeSet::parse(&nodes.to_string(), LIMIT).unwrap(), &nodes);
        prop_assert_eq!(&NodeSet::parse(&nodes.slurm(), LIMIT).unwrap(), &nodes);
        prop_assert_eq!(&NodeSet::parse(&nodes.expand(" "), LIMIT).unwrap(), &nodes);
        let document = serde_json::to_string(&nodes).unwrap();
        prop_assert_eq!(&serde_json::from_str::<NodeSet>(&document).unwrap(), &nodes);
    }

    #[test]
    fn a_set_holds_its_names_and_no_others(names in names(), other in name()) {
        let nodes = set(&names);
        let expected = sorted(names.clone());
        prop_assert_eq!(nodes.len(), expected.len());
        prop_assert_eq!(nodes.is_empty(), expected.is_empty());
        prop_assert_eq!(sorted(nodes.iter()), expected.clone());
        prop_assert!(names.iter().all(|name| nodes.contains(name)));
        prop_assert_eq!(nodes.contains(&other), expected.contains(&other));
    }

    #[test]
    fn names_make_the_same_set_in_any_order_and_way(names in names()) {
        let mut one_by_one = NodeSet::default();
        for name in names.iter().rev() {
            one_by_one.insert(name).unwrap();
        }
        prop_assert_eq!(&one_by_one, &set(&names));
        prop_assert_eq!(&NodeSet::parse(&names.join(","), LIMIT).unwrap(), &one_by_one);
        prop_assert_eq!(one_by_one.to_string(), set(&names).to_string());
    }

    #[test]
    fn the_algebra_is_that_of_sets(left in grid(), right in grid()) {
        let (l, r) = (sorted(left.clone()), sorted(right.clone()));
        let (left, right) = (set(&left), set(&right));
        prop_assert_eq!(sorted(left.union(&right).iter()), &l | &r);
        prop_assert_eq!(sorted(left.intersection(&right).iter()), &l & &r);
        prop_assert_eq!(sorted(left.difference(&right).iter()), &l - &r);
        prop_assert_eq!(sorted(left.symmetric_difference(&right).iter()), &l ^ &r);
    }

    #[test]
    fn operators_of_a_text_work_from_left_to_right(
        first in grid(),
        rest in vec((prop::sample::select(vec![',', '!', '&', '^']), grid()), 0..5),
    ) {
        let mut text = set(&first).to_string();
        let mut expected = set(&first);
        for (operator, names) in rest {
            // one operand, for an operator takes just the first item of a list
            let operand = names.first().cloned().unwrap_or_else(|| "none".into());
            text = if text.is_empty() { "x!x".into() } else { text };
            text += &format!("{operator}{operand}");
            let operand = set(&[operand]);
            expected = match operator {
                ',' => expected.union(&operand),
                '!' => expected.difference(&operand),
                '&' => expected.intersection(&operand),
                _ => expected.symmetric_difference(&operand),
            };
        }
        prop_assert_eq!(NodeSet::parse(&text, LIMIT).unwrap(), expected, "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[nr0-9\\[\\],!&^@*?/ :.-]{0,40}|\\PC{0,20}") {
        if let Ok(nodes) = NodeSet::parse(&text, LIMIT) {
            prop_assert!(nodes.len() <= LIMIT);
            prop_assert_eq!(NodeSet::parse(&nodes.to_string(), LIMIT).unwrap(), nodes);
        }
    }
}
