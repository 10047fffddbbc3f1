/* SPDX-License-Identifier: Apache-2.0 */
#include "login/rehearsal.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "login/login_priv.h"
#include "login/rehearsal_priv.h"
#include "login/verdict.h"

const char *cs_way_name(enum cs_way way)
{
    static const char *const names[CS_WAYS] = {
        [CS_WAY_RIGHT] = "right",           [CS_WAY_WRONG_PASSWORD] = "wrong-password",
        [CS_WAY_WRONG_CODE] = "wrong-code", [CS_WAY_RECOVERY] = "recovery-code",
        [CS_WAY_REFUSED] = "refused",       [CS_WAY_EXPIRED] = "expired",
        [CS_WAY_NO_ANSWER] = "no-answer",   [CS_WAY_AWAY] = "unreachable",
    };

    return names[way];
}

/* What a login warns of. The audit line is a notice. */
static void keep_warning(void *context, int priority, const char *line)
{
    struct cs_stage *stage = context;

    if (priority <= LOG_WARNING && !cs_strlist_contains(&stage->seen->notes, line) &&
        cs_strlist_add(&stage->seen->notes, line, strlen(line)) != CS_OK)
        stage->failed = true;
}

static void keep_result(const struct cs_login *login, const struct cs_verdict_message *verdict,
                        struct cs_rehearsed *seen)
{
    seen->code = cs_pam_code_name((int)verdict->pam_code);
    seen->granted = strcmp(seen->code, "PAM_SUCCESS") == 0 || strcmp(seen->code, "PAM_IGNORE") == 0;
    seen->reason = cs_reason_name(login->reason);
    seen->last = cs_reason_name(login->last);
    for (unsigned i = 0; i < CS_VERDICTS; i++) {
        if (verdict->name != NULL && strcmp(verdict->name, cs_verdict_name(i)) == 0)
            seen->verdict = cs_verdict_name(i);
    }
    seen->account = login->account;
    seen->looked_up = login->looked_up;
    memcpy(seen->identity, login->identity, sizeof seen->identity);
    if (login->book.catalogue != NULL)
        memcpy(seen->language, login->book.catalogue->language, sizeof seen->language);
}

static void run(struct cs_stage *stage, struct cs_engine *engine)
{
    CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
    CS_AUTO(cs_login_clear) struct cs_login login;
    const struct cs_peer root = {.uid = 0};

    cs_login_prepare(&login, engine, stage->script->request, &root);
    login.listener = (struct cs_listener){cs_stage_heard, stage};
    stage->options = &login.options;
    login.options.method.u2f_socket = NULL; /* a key that is plugged in here would blink */
    cs_login_run(&login, &stage->channel, &verdict);
    stage->failed = stage->failed || verdict.name == NULL;
    keep_result(&login, &verdict, stage->seen);
}

/* With an engine of its own: what one login does must not change what the next one sees. */
enum cs_err cs_rehearse(const struct cs_rehearsal *rehearsal, struct cs_rehearsed *ret_rehearsed,
                        struct cs_error *error)
{
    struct cs_stage stage = {.script = rehearsal, .seen = ret_rehearsed};
    const struct cs_log log = {.write = keep_warning, .context = &stage};
    CS_AUTO(cs_engine_free)
    struct cs_engine *engine = cs_engine_new(rehearsal->config_path, NULL, &log);

    *ret_rehearsed = (struct cs_rehearsed){.verdict = cs_verdict_name(CS_VERDICT_DENY)};
    if (engine == NULL)
        return cs_fail_nomem(error);
    cs_engine_wrap_providers(engine, cs_stage_wrap, &stage);
    cs_stage_person(&stage);
    run(&stage, engine);
    ret_rehearsed->standing = !ret_rehearsed->asked && !ret_rehearsed->polled;
    return stage.failed ? cs_fail_nomem(error) : CS_OK;
}

void cs_rehearsed_clear(struct cs_rehearsed *rehearsed)
{
    for (size_t i = 0; i < rehearsed->count; i++)
        free(rehearsed->steps[i].text);
    free(rehearsed->steps);
    cs_strlist_free(&rehearsed->notes);
    cs_listed_factors_clear(&rehearsed->listed);
    *rehearsed = (struct cs_rehearsed){0};
}
