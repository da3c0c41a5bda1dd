//! Seeded node set expressions for the comparison with ClusterShell. It avoids what the test
//! lists as exceptions.

const SEED: u64 = 0x6c61_7374_776f_7264;

/// The linear generator of Knuth's MMIX; its high bits are random enough for tests.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// Operands with one to three brackets, joined by any operators; about one in twenty is refused.
pub(crate) fn expressions(count: usize) -> Vec<String> {
    let mut random = Random(SEED);
    (0..count).map(|_| expression(&mut random)).collect()
}

fn expression(random: &mut Random) -> String {
    let mut text = operand(random);
    for _ in 0..random.below(6) {
        text += random.pick(&[",", ",", ",", "!", "&", "^", " , ", " ! "]);
        text += &operand(random);
    }
    if random.below(20) == 0 {
        let at = random.below(text.len());
        text.insert_str(at, random.pick(&["[", "]", ",,", "!!"]));
    }
    text
}

fn operand(random: &mut Random) -> String {
    let mut text = String::new();
    for word in [random.pick(&["n", "r", "n"]), "n", "-x"].iter().take(1 + random.below(3)) {
        text += word;
        match random.below(5) {
            0 => text += &number(random),
            1 => {}
            _ => text += &format!("[{}]", ranges(random)),
        }
    }
    text + random.pick(&["", "", "", "-ib"])
}

fn ranges(random: &mut Random) -> String {
    let pieces: Vec<String> = (0..1 + random.below(3)).map(|_| range(random)).collect();
    pieces.join(",")
}

fn range(random: &mut Random) -> String {
    let start = random.below(13);
    let stop = start + random.below(5);
    match random.below(6) {
        0 => number(random),
        1 => format!("{start:02}-{stop:02}"),
        2 => format!("{start}-{}/2", stop + 2),
        _ => format!("{start}-{stop}"),
    }
}

fn number(random: &mut Random) -> String {
    let value = random.below(14);
    if random.below(4) == 0 { format!("{value:02}") } else { value.to_string() }
}

/// Lists of single nodes: tables with two or three columns, sparse to nearly full.
pub(crate) fn tables(count: usize) -> Vec<String> {
    let mut random = Random(SEED ^ 1);
    (0..count).map(|_| table(&mut random)).collect()
}

fn table(random: &mut Random) -> String {
    let sides = [2 + random.below(6), 2 + random.below(12), 1 + random.below(3)];
    let kept_of_ten = 1 + random.below(10);
    let mut names = vec!["login".to_owned()];
    for row in 0..sides[0] {
        for column in 0..sides[1] {
            for layer in 0..sides[2] {
                if random.below(10) < kept_of_ten {
                    names.push(format!("r{row}n{column}s{layer}"));
                }
            }
        }
    }
    names.join(",")
}
