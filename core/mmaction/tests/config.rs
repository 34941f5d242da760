//! Reading configuration files: what is understood, what is refused and how, and limits.

mod support;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use ks_mmaction::config::{Config, ConfigError, Value};
use ks_mmaction::translate::to_recipe;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_oneof};
use proptest::{prop_assert_eq, proptest};

/// A configuration out of made-up files; the first one is read.
fn load(files: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let files: BTreeMap<PathBuf, String> =
        files.iter().map(|(name, text)| (PathBuf::from(name), (*text).to_owned())).collect();
    let mut open = |path: &Path| -> io::Result<Vec<u8>> {
        let found = files.get(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(found.clone().into_bytes())
    };
    Config::load_with(Path::new("a.py"), &mut open)
}

fn one(text: &str) -> Value {
    load(&[("a.py", text)]).unwrap_or_else(|error| panic!("{text}: {error}")).settings["x"].clone()
}

fn refused(text: &str) -> String {
    load(&[("a.py", text)]).expect_err(text).to_string()
}

#[test]
fn literals_are_what_python_makes_of_them() {
    assert_eq!(one("x = -1_000"), Value::Int(-1000));
    assert_eq!(one("x = 0x1F"), Value::Int(31));
    assert_eq!(one("x = 5e-4"), Value::Float(5e-4));
    assert_eq!(one("x = (1, 2.5, None, True,)").to_string(), "(1, 2.5, None, True)");
    assert_eq!(one("x = 1, 2").to_string(), "(1, 2)");
    assert_eq!(one("x = 'a' \"b\" r'\\c' '\\n\\u00e4'"), Value::Str("ab\\c\nä".to_owned()));
    assert_eq!(one("x = '''a\nb'''"), Value::Str("a\nb".to_owned()));
    assert_eq!(one("x = dict(a=1, **{'b': [2], 'c': dict()})").to_string(), "dict(a=1, b=[2], c=dict())");
    assert_eq!(one("y = [1]\nx = y + [2, *y]").to_string(), "[1, 2, 1]");
    assert_eq!(one("x = 2 * (3 + 4) - 10 / 4"), Value::Float(11.5));
    assert_eq!(one("y = 'd'\nx = f'{y}/{{e}}' + '/f'"), Value::Str("d/{e}/f".to_owned()));
    assert_eq!(one("y = dict(a=[7, 8])\nx = y['a'][-1]"), Value::Int(8));
    assert_eq!(one("x = 1 # one\nx = 2"), Value::Int(2));
    assert_eq!(one("x = '{{ fileBasenameNoExtension }}.log'"), Value::Str("a.log".to_owned()));
}

#[test]
fn what_would_have_to_be_run_is_refused_with_its_line_and_all_at_once() {
    let text = "import os\nx = os.path.join('a', 'b')\ny = [i for i in range(3)]\nz = open('f')\nw = x\nq = unknown\nx += 1\nif x:\n    pass\n";
    let Err(ConfigError::Problems(problems)) = load(&[("a.py", text)]) else { panic!() };
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8], "{problems:?}");
    assert!(problems[0].to_string().starts_with("a.py:1: imports"), "{}", problems[0]);
    assert!(problems[1].message.contains("`os.path.join(…)` would have to be run"), "{}", problems[1]);
    assert!(problems[4].message.contains("`x` has no value"), "{}", problems[4]);
    assert!(problems[5].message.contains("`unknown` is not known"), "{}", problems[5]);
}

#[test]
fn broken_python_is_named_with_its_line() {
    assert!(refused("x = 1\ny = dict(a=1\n").contains("a.py:2"), "{}", refused("x = 1\ny = dict(a=1\n"));
    for text in ["x = 1 / 0", "x = 10 ** 400", "x = 9223372036854775807 + 1", "x = {1, 2}", "x = b'a'", "x = 1j"] {
        assert!(refused(text).contains("a.py:1"), "{text}: {}", refused(text));
    }
}

#[test]
fn bases_are_merged_as_the_original_merges_them() {
    let config = load(&[
        ("a.py", "_base_ = ['b/b.py', 'c.py']\nm = dict(p=dict(q=2), r=dict(_delete_=True, s=1))\nl = [9]"),
        ("b/b.py", "_base_ = '../d.py'\nm = dict(p=dict(t=3), r=dict(u=4, v=5))"),
        ("c.py", "n = 7"),
        ("d.py", "m = dict(p=dict(q=1, w=6))\nl = [1, 2]"),
    ])
    .unwrap();
    let text: Vec<String> = config.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(text, ["l=[9]", "m=dict(p=dict(q=2, t=3, w=6), r=dict(s=1))", "n=7"]);
    assert_eq!(config.files, ["a.py", "b/b.py", "d.py", "c.py"].map(PathBuf::from));
}

#[test]
fn base_variables_are_filled_in() {
    let config = load(&[
        ("a.py", "_base_ = 'b.py'\nx = {{ _base_.m.n }}\ny = 'to {{_base_.k}}'\nz = dict(a={{_base_.m}})"),
        ("b.py", "m = dict(n=[1])\nk = 'b'"),
    ])
    .unwrap();
    let text: Vec<String> = config.settings.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(text, ["k='b'", "m=dict(n=[1])", "x=[1]", "y='to b'", "z=dict(a=dict(n=[1]))"]);
}

#[test]
fn trouble_with_bases_is_named() {
    let error = load(&[("a.py", "\n_base_ = ['../b.py']")]).expect_err("should be refused").to_string();
    assert!(error.starts_with("a.py:2") && error.contains("../b.py"), "{error}");
    let circle = [("a.py", "_base_ = 'b.py'"), ("b.py", "_base_ = './a.py'")];
    assert!(load(&circle).expect_err("should be refused").to_string().contains("builds on itself"));
    let twice = [("a.py", "_base_ = ['b.py', 'c.py']"), ("b.py", "x = 1"), ("c.py", "x = 2")];
    assert!(load(&twice).expect_err("should be refused").to_string().contains("`x` stands in two"));
    let clash = [("a.py", "_base_ = 'b.py'\nx = dict(y=dict(a=1))"), ("b.py", "x = dict(y=None)")];
    let error = load(&clash).expect_err("should be refused").to_string();
    assert!(
        error.contains("a.py:2: `x.y` is a dictionary here but None") && error.contains("_delete_=True"),
        "{error}"
    );
    assert!(refused("_base_ = 'mmaction::_base_/x.py'").contains("name it by its path"));
    assert!(refused("_base_ = 3").contains("a list of paths"));
    let unknown = [("a.py", "_base_ = 'b.py'\nx = y"), ("b.py", "y = 1")];
    assert!(load(&unknown).expect_err("should be refused").to_string().contains("{{ _base_.y }}"));
}

#[test]
fn names_of_names_cannot_grow_without_bound() {
    let mut text = "a = ['0123456789']\n".to_owned();
    text.push_str(&"a = [a, a]\n".repeat(60));
    assert!(refused(&text).contains("too large for a configuration"));
    let mut text = "a = 'x'\n".to_owned();
    text.push_str(&"a = a + a\n".repeat(60));
    assert!(refused(&text).contains("too large for a configuration"));
    let text = format!("a = 1\n{}", "a = [a]\n".repeat(5000));
    assert!(refused(&text).contains("nested more than"));
    assert!(refused(&format!("x = {}1{}", "[".repeat(400), "]".repeat(400))).contains("nested more than"));
    assert!(matches!(load(&[("a.py", &" ".repeat(2 << 20))]), Err(ConfigError::TooLarge { .. })));
    let text = format!("x = {}1", "1 + ".repeat(5000));
    assert!(refused(&text).contains("nested more than"));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::load(Path::new("no/such.py")).expect_err("should be refused").to_string();
    assert!(error.contains("no/such.py") && error.contains("cannot be read"), "{error}");
}

#[test]
fn real_files_with_bases_in_other_folders_are_read() {
    let config = Config::load(&support::beside("configs/v1/ipcsn_r152_180e.py")).unwrap();
    assert_eq!(config.files.len(), 4);
    assert!(config.helpers.contains("train_pipeline") && !config.helpers.contains("model"));
}

/// A value, and a way to write it in Python.
fn any_value() -> BoxedStrategy<(Value, String)> {
    let leaf = prop_oneof![
        Just((Value::None, "None".to_owned())),
        any::<bool>().prop_map(|flag| (Value::Bool(flag), if flag { "True" } else { "False" }.to_owned())),
        any::<i32>().prop_map(|number| (Value::Int(i64::from(number)), number.to_string())),
        (-1e9..1e9_f64).prop_map(|number| (Value::Float(number), format!("{number:?}"))),
        "[a-zäß _./{}#]{0,9}".prop_filter("no variable", |text| !text.contains("{{")).prop_map(|text| {
            let quoted = format!("'{text}'");
            (Value::Str(text), quoted)
        }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let items = prop::collection::vec(inner.clone(), 0..4);
        let named = prop::collection::btree_map("[a-z]{1,4}x", inner, 0..4);
        prop_oneof![
            items.clone().prop_map(|items| {
                let (values, texts): (Vec<Value>, Vec<String>) = items.into_iter().unzip();
                (Value::List(values), format!("[{}]", texts.join(", ")))
            }),
            items.prop_map(|items| {
                let (values, texts): (Vec<Value>, Vec<String>) = items.into_iter().unzip();
                let inside: String = texts.iter().map(|text| format!("{text},\n  ")).collect();
                (Value::Tuple(values), format!("({inside})"))
            }),
            named.prop_map(|named| {
                let inside: Vec<String> = named.iter().map(|(name, (_, text))| format!("{name}={text}")).collect();
                let values = named.into_iter().map(|(name, (value, _))| (name, value)).collect();
                (Value::Dict(values), format!("dict({})", inside.join(", ")))
            }),
        ]
    })
    .boxed()
}

proptest! {
    #[test]
    fn what_python_would_read_is_read((value, text) in any_value()) {
        prop_assert_eq!(one(&format!("x = {text}")), value, "{}", text);
    }

    #[test]
    fn any_text_is_a_configuration_or_an_error(text in any::<String>()) {
        let _ = load(&[("a.py", &text)]);
    }

    #[test]
    fn pieces_of_configurations_are_a_configuration_or_an_error(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("model = "), Just("data = "), Just("x = "), Just("_base_ = "), Just("dict("), Just("type="),
                Just("'Recognizer3D'"), Just("backbone="), Just("**x"), Just("*x"), Just("["), Just("]"), Just("("),
                Just(")"), Just("{{ _base_.x }}"), Just(","), Just("\n"), Just("1"), Just("-"), Just("+"), Just("f'{x}'"),
                Just("'b.py'"), Just("_delete_=True"), Just("x[0]"), Just("{'a': 1}"), Just("=")
            ],
            0..40,
        ),
    ) {
        let text = pieces.concat();
        let files = [("a.py", text.as_str()), ("b.py", "x = dict(a=[1, 2])\nmodel = dict(x=3)")];
        if let Ok(config) = load(&files) {
            let _ = to_recipe(&config, "a");
        }
    }
}
