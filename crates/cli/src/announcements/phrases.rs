//! The words by which operators say how their service is, in English, Italian, German, French and Spanish.
//!
//! Lower case, without accents, apostrophes as blanks: `è tornato all'ordine` is `e tornato all ordine`. `*` ends a
//! beginning of a word, `...` stands for up to four words.

/// It works again.
pub(super) const RECOVERED: &[&str] = &[
    // English
    "resolved", "solved", "fixed", "restored", "back to normal", "returned to normal", "back online", "back up",
    "back in service", "up and running", "are back", "is back", "working again", "works again", "work again",
    "working normally", "working properly", "working as expected", "running normally", "operating normally",
    "functioning normally", "fully operational", "operational again", "available again", "reachable again",
    "accessible again", "delivered again", "delivered normally", "accepting mail again", "can ... again",
    "able to ... again", "has recovered", "have recovered", "fully recovered", "been recovered", "rectified", "repaired", "been closed", "systems are operational",
    "systems operational", "services are operational", "should be working now", "working now", "flowing again",
    "running again", "online again", "normal again", "flow is normal", "has resumed", "have resumed", "been cleared", "is over", "has ended", "have ended",
    "no longer ... affected", "no longer ... experiencing", "no longer ... issue*", "no longer ... problem*",
    "no more problems", "no further problems", "maintenance ... complete", "maintenance ... completed",
    "should now be",
    // Italian
    "risolto", "risolta", "risolti", "risolte", "ripristinat*", "riattivat*", "rientrat*", "superato", "superata",
    "tornat* ... normal*", "tornat* ... operativ*", "tornat* ... disponibil*", "tornat* ... funzion*",
    "tornat* ... regolar*", "tornat* ... raggiungibil*", "tornat* ... attiv*", "di nuovo ... operativ*",
    "di nuovo ... attiv*", "di nuovo ... disponibil*", "di nuovo ... raggiungibil*", "di nuovo ... accessibil*",
    "di nuovo ... funzion*", "di nuovo online", "nuovamente ... operativ*", "nuovamente ... attiv*",
    "nuovamente ... disponibil*", "nuovamente ... raggiungibil*", "nuovamente ... accessibil*",
    "funziona* ... regolarmente", "funziona* ... correttamente", "funziona* di nuovo", "pienamente operativ*",
    "non ... piu ... problem*", "non ... piu ... anomali*", "non ... piu ... disserviz*",
    "manutenzione ... conclus*", "manutenzione ... terminat*", "manutenzione ... completat*",
    "disservizio ... terminat*", "disservizio ... conclus*", "problema ... terminat*", "e finita", "e finito",
    // German
    "behoben", "gelost", "beseitigt", "wiederhergestellt", "wieder hergestellt", "wieder ... verfugbar",
    "wieder ... erreichbar", "wieder online", "wieder ... normal", "wieder ... nutzbar", "wieder ... storungsfrei",
    "wieder ... reibungslos", "wieder ... einwandfrei", "wieder ... fehlerfrei", "wieder ... stabil", "wieder zur verfugung", "wieder da", "konnten ... beheben", "werden ... wieder ... zugestellt",
    "werden ... wieder ... angenommen", "funktionier* ... wieder", "lauft ... wieder", "laufen ... wieder",
    "storung ... beendet", "storung ... vorbei", "wartung* ... abgeschlossen", "wartung* ... beendet",
    "keine ... probleme mehr", "keine ... storungen mehr",
    // French
    "resolu", "resolue", "resolus", "resolues", "retabli", "retablie", "retablis", "retablies", "repare", "reparee", "corrige", "corrigee", "corriges",
    "retour a la normale", "revenu* ... a la normale", "rentre dans l ordre", "de nouveau ... disponible*",
    "de nouveau ... operationnel*", "de nouveau ... accessible*", "a nouveau ... disponible*",
    "a nouveau ... operationnel*", "a nouveau ... accessible*", "fonctionne* ... normalement",
    "fonctionne* ... correctement", "de nouveau normalement", "a nouveau normalement", "fonctionne* a nouveau", "fonctionne* de nouveau", "maintenance ... terminee",
    "panne ... terminee", "incident ... clos", "incident ... termine", "plus de probleme*",
    // Spanish
    "resuelt*", "solucionad*", "restablecid*", "restaurad*", "reparad*", "subsanad*", "normalizad*",
    "vuelve* a funcionar", "vuelve* a estar ... operativ*", "vuelve* a estar ... disponible*", "vuelto a funcionar",
    "vuelto a la normalidad", "de nuevo ... operativ*", "de nuevo ... disponible*", "de nuevo ... accesible*",
    "operativ* de nuevo", "disponible* de nuevo", "funciona* ... con normalidad", "funciona* ... correctamente", "funciona* de nuevo", "ya funciona*", "ha finalizado", "ha terminado", "ha concluido",
    "mantenimiento ... finalizad*", "mantenimiento ... terminad*", "no ... mas problemas", "ya no ... problemas",
];

/// Before a word of recovery: it is denied, hoped for or announced.
pub(super) const DENIED: &[&str] = &[
    // English
    "not", "never", "cannot", "isn", "aren", "wasn", "weren", "hasn", "haven", "won", "yet", "still", "until",
    "once", "when", "if", "as soon as", "before", "hope*", "expect*", "will", "shall", "should", "would", "could",
    "might", "must", "to be", "to get", "to have", "trying", "plan*", "aim*", "promise*", "estimate*", "unable", "going to", "whether",
    // Italian
    "non", "ancora", "sara", "saranno", "verra", "verranno", "contiamo", "speriamo", "prevediamo", "previst*",
    "appena", "quando", "finche", "fino a", "entro", "una volta", "dovrebbe", "dovrebbero", "dovra", "potra",
    "essere", "venga", "vengano", "prima che", "faremo", "cercando", "se il", "se la", "se le", "perche sia",
    // German
    "nicht", "kein*", "noch", "wird", "werden", "sobald", "wenn", "bis", "hoff*", "voraussichtlich", "soll",
    "sollte", "sollten", "muss", "mussen", "in kurze", "demnachst", "bald", "versuchen", "bevor", "wann", "ob",
    // French
    "n", "ne", "pas", "jamais", "encore", "sera", "seront", "devrait", "devraient", "doit", "doivent", "des que",
    "lorsqu*", "quand", "bientot", "esper*", "une fois", "avant", "jusqu*", "prevu*", "etre", "pour que", "afin que", "soit", "soient",
    // Spanish
    "no", "aun", "todavia", "estara", "estaran", "seran", "en cuanto", "cuando", "hasta", "pronto", "esperamos",
    "se espera", "deberia", "deberian", "antes de", "quedara", "quedaran",
];

/// Shortly after a word of recovery: it lies ahead.
pub(super) const AHEAD: &[&str] = &[
    "soon", "shortly", "tomorrow", "as soon as", "domani", "a breve", "al piu presto", "nelle prossime ore", "wird",
    "werde", "morgen", "in kurze", "werden soll", "werden muss", "demain", "prochainement", "bientot", "manana", "en breve",
    "lo antes posible",
];

/// Before a word of recovery: they are at it.
pub(super) const UNDER_WAY: &[&str] = &[
    "being", "working", "in progress", "stiamo", "lavorando", "stanno", "in corso", "viene", "vengono", "al lavoro", "arbeit*",
    "sommes en train", "en cours", "travaill*", "estamos", "trabajando", "esta siendo", "estan siendo",
];

/// Words of mending that say nothing of the result.
pub(super) const MENDING: &[&str] = &[
    "restor*", "recover*", "resolv*", "repair*", "fixing", "ripristin*", "risolv*", "riattiv*", "riavvi*",
    "wiederherstell*", "wiederherzustellen", "beheb*", "beheben", "zu beheben", "retabliss*", "retablir", "resoudre",
    "reparer", "restablec*", "restableciendo", "restaura*", "resolver", "solucionar*",
];

/// By and by.
pub(super) const GRADUALLY: &[&str] = &[
    "gradual*", "progressive*", "step by step", "progressiv*", "graduell*", "schrittweise", "nach und nach",
    "progresiv*", "peu a peu", "poco a poco", "un po alla volta", "slowly", "lentamente", "langsam", "lentement",
    "poco alla volta",
];

/// In part, or for some.
pub(super) const IN_PART: &[&str] = &[
    "partial*", "partly", "most of", "most mailboxes", "most users", "most customers", "most services",
    "majority of", "part of the", "so far", "percent of", "percent de*", "of mailboxes", "of users", "of customers", "some users may", "some customers may", "not all", "for some", "parzial*", "maggior parte",
    "permang*", "parte delle", "parte dei", "parte degli", "finora", "per alcuni", "per alcune", "non tutti", "non tutte", "teilweise", "die meisten", "vereinzelt", "grossteil", "ein teil", "mehrheit", "bislang",
    "fur einige", "nicht alle", "partiell*", "la plupart", "pour certains", "pas tous", "pas toutes", "une partie", "la majorite", "jusqu ici", "parcial*",
    "la mayoria", "para algunos", "no todos", "no todas", "una parte", "por ahora", "parte de los", "puede haber", "pueden producirse",
];

/// A beginning of recovery, in itself.
pub(super) const RETURNING: &[&str] = &[
    "returning to normal", "coming back", "starting to recover", "fix ... implemented", "fix ... applied",
    "fix ... deployed", "implemented a fix", "applied a fix", "deployed a fix", "tornando ... normal*", "tornando ... disponibil*", "tornando ... raggiungibil*", "tornando ... operativ*",
    "soluzione ... applicata", "soluzione ... implementata", "normalisiert sich", "fehlerbehebung ... eingespielt",
    "revient ... a la normale", "reviennent ... a la normale", "correctif ... deploye", "correctif ... applique",
    "volviendo a la normalidad", "solucion ... implementad*", "solucion ... aplicad*",
];

/// Something is wrong.
pub(super) const TROUBLE: &[&str] = &[
    // English
    "outage*", "problem*", "issue", "issues", "disruption*", "interruption*", "down", "unavailable", "unreachable",
    "inaccessible", "unable", "degraded", "delay", "delays", "delayed", "error", "errors", "difficult*",
    "investigating", "incident*", "failure*", "fault", "unresolved", "affected", "affecting", "not working", "root cause", "fix", "cannot",
    "can t", "could not", "around the clock",
    // Italian
    "problem*", "disserviz*", "malfunzionament*", "disag*", "guast*", "interruzion*", "non funzion*",
    "non disponibil*", "non ... disponibil*", "lavorare", "non raggiungibil*", "rallentament*", "ritard*", "anomali*", "indisponibil*", "difficolta", "torneranno", "tornera", "emergenza",
    // German
    "storung*", "ausfall*", "ausfalle", "nicht erreichbar", "nicht verfugbar", "gestort", "in arbeit", "beeintrachtigung*", "einschrankung*",
    "fehler*", "verzogerung*", "probleme*",
    // French
    "panne*", "perturbation*", "indisponib*", "dysfonctionnement*", "coupure*", "retard*", "difficulte*", "impossible*", "ne ... fonctionne*",
    // Spanish
    "incidencia*", "averia*", "falla*", "caida*", "fallo*", "no disponible", "interrupcion*", "retraso*", "corte*", "dificultad*", "trabajando",
];

/// It goes on.
pub(super) const STILL: &[&str] = &[
    "still", "remain*", "continue*", "ancora", "continua*", "persist*", "noch", "weiterhin", "encore", "toujours",
    "aun", "todavia", "sigue*",
];

/// It does not work, said of a part.
pub(super) const NOT_YET: &[&str] = &[
    "not yet", "not ... yet", "non ancora", "non ... ancora", "noch nicht", "pas encore", "aun no", "todavia no",
];

/// What follows is another statement.
pub(super) const BUT: &[&str] = &["but", "however", "although", "while", "ma", "pero", "mentre", "aber", "jedoch", "mais", "aunque"];

/// What follows is no statement but a case to be dealt with.
pub(super) const IN_CASE: &[&str] = &[
    "if you", "if any", "if there", "should you", "in case", "se riscontr*", "se avete", "se doveste", "se continu*",
    "qualora", "in caso", "falls", "sollten sie", "wenn sie", "si vous", "en cas", "si tiene*", "si sigue*",
    "si continua*", "si experimenta*", "en caso",
];
