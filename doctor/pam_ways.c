/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a login can succeed without the second factor, and whom that means. */
#include <security/_pam_types.h>
#include <string.h>

#include "base/buffer.h"
#include "doctor/pam_look.h"
#include "doctor/pam_module.h"

enum { OURS = 1, CONDITIONS_MAX = 6, HOPS_SHOWN = 8 };

/* What the administrator's conditions say: bit n is the answer of the nth. */
struct conditions {
    const struct cs_pam_entry *items[CONDITIONS_MAX]; /* the first with these words */
    size_t count;
};

static bool is_alike(const struct cs_pam_entry *a, const struct cs_pam_entry *b)
{
    if (strcmp(a->module, b->module) != 0 || a->arguments.count != b->arguments.count)
        return false;
    for (size_t i = 0; i < a->arguments.count; i++) {
        if (strcmp(a->arguments.items[i], b->arguments.items[i]) != 0)
            return false;
    }
    return true;
}

/* The number of the condition; `count`: it is none, or one too many. */
static size_t condition_of(const struct conditions *conditions, const struct cs_pam_entry *entry)
{
    size_t number = 0;

    if (cs_pam_module_of(entry)->role != CS_PAM_ROLE_CONDITION)
        return conditions->count;
    while (number < conditions->count && !is_alike(conditions->items[number], entry))
        number++;
    return number;
}

static void find_conditions(const struct cs_pam_look *look, struct conditions *conditions)
{
    for (size_t i = 0; i < look->auth.count && conditions->count < CONDITIONS_MAX; i++) {
        const struct cs_pam_entry *entry = look->auth.items[i];

        if (cs_pam_module_of(entry)->role == CS_PAM_ROLE_CONDITION &&
            condition_of(conditions, entry) == conditions->count)
            conditions->items[conditions->count++] = entry;
    }
}

static void set_steps(struct cs_pam_look *look, const struct conditions *conditions,
                      unsigned answers)
{
    for (size_t i = 0; i < look->auth.count; i++) {
        const struct cs_pam_module *module = cs_pam_module_of(look->auth.items[i]);
        size_t number = condition_of(conditions, look->auth.items[i]);
        bool yes = (answers >> number & 1) != 0;

        look->steps[i] = (struct cs_pam_step){.codes = module->codes};
        if (number < conditions->count)
            look->steps[i].codes =
                yes ? CS_PAM_MAY(PAM_SUCCESS) : module->codes & ~CS_PAM_MAY(PAM_SUCCESS);
        if (module->role == CS_PAM_ROLE_OURS)
            look->steps[i].granted = OURS;
    }
}

/* Our module answers PAM_IGNORE only where the settings say that it should. */
static void set_ours(struct cs_pam_look *look, uint32_t codes)
{
    for (size_t i = 0; i < look->auth.count; i++) {
        if (cs_pam_is_ours(look->auth.items[i]))
            look->steps[i].codes = codes;
    }
}

static void forbid_factors(struct cs_pam_look *look)
{
    for (size_t i = 0; i < look->auth.count; i++) {
        if (cs_pam_module_of(look->auth.items[i])->role == CS_PAM_ROLE_FACTOR)
            look->steps[i].codes &= ~CS_PAM_MAY(PAM_SUCCESS);
    }
}

static enum cs_pam_answer ask(struct cs_pam_look *look, uint8_t need, struct cs_pam_way *way)
{
    const struct cs_pam_question question = {
        .steps = look->steps, .to = CS_PAM_NOWHERE, .need = need};

    return cs_pam_walk(&look->auth, &question, way);
}

static enum cs_pam_answer ask_around(struct cs_pam_look *look, struct cs_pam_way *way)
{
    set_ours(look, CS_PAM_MAY_ALL & ~(CS_PAM_MAY(PAM_SUCCESS) | CS_PAM_MAY(PAM_IGNORE)));
    return ask(look, 0, way);
}

static enum cs_pam_answer ask_through_us(struct cs_pam_look *look)
{
    set_ours(look, CS_PAM_MAY(PAM_SUCCESS));
    return ask(look, OURS, NULL);
}

/* ---- telling ---- */

/* Whether an outcome ends the stack or jumps; only those are of interest beside our own. */
static bool decides(const struct cs_pam_entry *entry, int code)
{
    int action = entry->actions[code];

    return action > 0 || action == CS_PAM_DONE;
}

/* The line to change: ours if it was asked and ignored, else the last that went past it. */
static const struct cs_pam_entry *culprit(const struct cs_pam_look *look,
                                          const struct cs_pam_way *way)
{
    const struct cs_pam_entry *found = NULL, *last = NULL;

    for (size_t i = 0; i < way->count; i++) {
        const struct cs_pam_entry *entry = look->auth.items[way->hops[i].entry];

        if (cs_pam_is_ours(entry))
            return entry;
        last = entry;
        if (decides(entry, way->hops[i].code))
            found = entry;
    }
    return found != NULL ? found : last;
}

static void tell(const struct cs_pam_look *look, const struct cs_pam_way *way,
                 struct cs_buffer *out)
{
    for (size_t i = 0; i < way->count && i < HOPS_SHOWN; i++) {
        const struct cs_pam_entry *entry = look->auth.items[way->hops[i].entry];
        int code = way->hops[i].code, action = entry->actions[code];

        cs_buffer_printf(out, "%s%s:%u %s returns %s", i > 0 ? ", then " : "", entry->path,
                         entry->line,
                         entry->handling == CS_PAM_CALL ? cs_pam_file_name(entry) : "(no module)",
                         cs_pam_code_word(code));
        if (action > 0)
            cs_buffer_printf(out, " and skips %d", action);
        else
            cs_buffer_text(out, action == CS_PAM_DONE     ? " and ends the stack"
                                : action == CS_PAM_IGNORE ? ", which is ignored"
                                : action == CS_PAM_RESET  ? ", which forgets what was before"
                                                          : "");
    }
    cs_buffer_text(out, way->count > HOPS_SHOWN ? ", and so on" : "");
}

static void report(struct cs_pam_look *look, const struct cs_pam_way *way, bool by_factor)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    const struct cs_pam_entry *entry = culprit(look, way);
    struct cs_place place =
        entry != NULL ? cs_pam_place(entry) : (struct cs_place){look->service.files.items[0], 0};
    const char *remedy = entry != NULL && cs_pam_is_ours(entry)
                             ? "make the line of pam_countersign required or requisite"
                             : "put the line of pam_countersign before it, or make it requisite";

    tell(look, way, &text);
    if (text.failed)
        look->all->failed = true;
    else if (by_factor)
        cs_findings_add(look->all, CS_FINDING_RISKY, "pam-other-factor", place,
                        "remove that line once everybody is enrolled here",
                        "%s lets in with another module's factor in place of ours: %s", look->name,
                        text.text);
    else
        cs_findings_add(look->all, CS_FINDING_WRONG, "pam-way-around", place, remedy,
                        "%s can let in without a second factor: %s", look->name,
                        text.text != NULL ? text.text : "there are too many ways to tell");
}

/* The condition that takes these logins away from us. */
static void report_exception(struct cs_pam_look *look, const struct cs_pam_way *way)
{
    for (size_t i = 0; i < way->count; i++) {
        const struct cs_pam_entry *entry = look->auth.items[way->hops[i].entry];

        if (cs_pam_module_of(entry)->role != CS_PAM_ROLE_CONDITION ||
            !decides(entry, way->hops[i].code))
            continue;
        cs_findings_add(look->all, CS_FINDING_FINE, "pam-exception", cs_pam_place(entry), NULL,
                        "%s asks for no second factor where %s returns %s", look->name,
                        cs_pam_file_name(entry), cs_pam_code_word(way->hops[i].code));
        return;
    }
}

/* ---- the questions ---- */

/* With these answers of the conditions. A way that the conditions alone decide, because with them
 * nothing leads through our module, is what the administrator wrote. True: there is another. */
static bool look_with(struct cs_pam_look *look, const struct conditions *conditions,
                      unsigned answers, bool ever_asked)
{
    CS_AUTO(cs_pam_way_clear) struct cs_pam_way way = {0};
    enum cs_pam_answer found;
    bool by_factor;

    set_steps(look, conditions, answers);
    found = ask_around(look, &way);
    if (found == CS_PAM_NO)
        return false;
    if (ever_asked && found == CS_PAM_YES && ask_through_us(look) == CS_PAM_NO) {
        report_exception(look, &way);
        return false;
    }
    forbid_factors(look);
    by_factor = ask_around(look, NULL) == CS_PAM_NO;
    if (!by_factor) {
        cs_pam_way_clear(&way);
        (void)ask_around(look, &way);
    }
    report(look, &way, by_factor);
    return true;
}

/* Nobody can get in at all. A line that is faulty in itself is told elsewhere. */
static void look_closed(struct cs_pam_look *look)
{
    struct cs_place place = {look->service.files.items[0], 0};

    for (size_t i = 0; i < look->auth.count; i++) {
        if (look->auth.items[i]->fault != CS_PAM_SOUND)
            return;
    }
    cs_findings_add(look->all, CS_FINDING_WRONG, "pam-nobody", place,
                    "add a line whose success counts, such as 'auth required pam_countersign.so'",
                    "%s lets nobody in, whatever the modules of its auth lines say", look->name);
}

void cs_pam_look_ways(struct cs_pam_look *look)
{
    struct conditions conditions = {0}, none = {0};
    bool ever_asked, found = false;

    if (look->service.refused || !cs_pam_asks_us(look))
        return;
    find_conditions(look, &conditions);
    set_steps(look, &none, 0);
    ever_asked = ask_through_us(look) != CS_PAM_NO;
    set_steps(look, &none, 0);
    if (!ever_asked && ask(look, 0, NULL) == CS_PAM_NO) {
        look_closed(look);
        return;
    }
    for (unsigned answers = 0; answers < 1u << conditions.count && !found; answers++)
        found = look_with(look, &conditions, answers, ever_asked);
}
