/* SPDX-License-Identifier: Apache-2.0 */
#include "login/act.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sanitise.h"
#include "base/time_text.h"
#include "json/write.h"

/* Names of one record; with them a line stays well below what syslog daemons cut, 2 KiB at the
 * least. */
enum { NAMES_BYTES_MAX = 900, UID_TEXT_SIZE = 16 };

struct cs_actor cs_actor_find(void)
{
    struct cs_actor actor = {.login_uid = -1, .uid = getuid()};
    CS_AUTO(cs_fd_close) int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
    char text[UID_TEXT_SIZE] = "";
    ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    unsigned long uid;

    if (length <= 0)
        return actor;
    uid = strtoul(text, NULL, 10);
    if (text[0] >= '0' && text[0] <= '9' && uid != (uid_t)-1) /* which the kernel has for nobody */
        actor.login_uid = (int64_t)uid;
    return actor;
}

/* Some users of an act: those of one record. */
struct part {
    const struct cs_act *act;
    char id[CS_RECORD_ID_SIZE], time[CS_TIME_SIZE], verb[32];
    char *const *users;
    size_t count;
};

/* "enroll-totp": one word, so that a line can be taken apart at its blanks. */
static void make_word(const char *verb, char *ret_word, size_t size)
{
    size_t i;

    for (i = 0; verb[i] != '\0' && i + 1 < size; i++)
        ret_word[i] = verb[i] == ' ' ? '-' : verb[i];
    ret_word[i] = '\0';
}

static void print_text(const struct part *part, struct cs_buffer *line)
{
    const struct cs_act *act = part->act;

    cs_buffer_printf(line, "act verb=%s result=%s", part->verb, act->done ? "done" : "refused");
    if (act->actor.login_uid >= 0)
        cs_buffer_printf(line, " login_uid=%lld", (long long)act->actor.login_uid);
    cs_buffer_printf(line, " uid=%u id=%s time=%s", (unsigned)act->actor.uid, part->id, part->time);
    cs_audit_quoted(line, "detail", act->detail[0] != '\0' ? act->detail : NULL);
    for (size_t i = 0; i < part->count; i++)
        cs_audit_quoted(line, "user", part->users[i]);
}

static enum cs_err print_json(const struct part *part, struct cs_secret *ret_text,
                              struct cs_error *error)
{
    struct cs_json_writer *writer = cs_json_writer_new();
    const struct cs_act *act = part->act;
    enum cs_err result;

    cs_json_write_object(writer, NULL);
    cs_json_write_string(writer, "record", "act");
    cs_json_write_string(writer, "id", part->id);
    cs_json_write_string(writer, "time", part->time);
    cs_json_write_string(writer, "verb", part->verb);
    cs_json_write_string(writer, "result", act->done ? "done" : "refused");
    if (act->actor.login_uid >= 0)
        cs_json_write_integer(writer, "login_uid", act->actor.login_uid);
    cs_json_write_integer(writer, "uid", act->actor.uid);
    cs_audit_json_text(writer, "detail", act->detail[0] != '\0' ? act->detail : NULL);
    cs_json_write_array(writer, "users");
    for (size_t i = 0; i < part->count; i++)
        cs_audit_json_text(writer, NULL, part->users[i]);
    cs_json_write_end(writer);
    cs_json_write_end(writer);
    result = cs_json_print(writer, CS_JSON_COMPACT, ret_text, error);
    cs_json_writer_free(&writer);
    return result;
}

static enum cs_err make_part(struct part *part, struct cs_record_ids *ids, cs_act_sink *sink,
                             void *context, struct cs_error *error)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
    CS_AUTO(cs_secret_free) struct cs_secret json = {0};
    enum cs_err result;

    cs_record_id_next(ids, part->id);
    print_text(part, &text);
    if (text.failed)
        return cs_fail_nomem(error);
    result = print_json(part, &json, error);
    return result == CS_OK
               ? sink(&(struct cs_record){part->id, text.text, json.data}, context, error)
               : result;
}

/* How many of these users go into one record: at least one, if there is any. */
static size_t count_fitting(char *const *users, size_t count)
{
    size_t bytes = 0, fitting = 0;

    for (; fitting < count; fitting++) {
        bytes += strlen(users[fitting]) + sizeof " user=\"\"";
        if (fitting > 0 && bytes > NAMES_BYTES_MAX)
            break;
    }
    return fitting;
}

enum cs_err cs_act_make(const struct cs_act *act, struct cs_record_ids *ids, cs_act_sink *sink,
                        void *context, struct cs_error *error)
{
    struct part part = {.act = act};
    size_t next = 0;
    enum cs_err result;

    make_word(act->verb, part.verb, sizeof part.verb);
    cs_format_time(act->time, part.time);
    do {
        part.users = act->users->items + next;
        part.count = count_fitting(part.users, act->users->count - next);
        result = make_part(&part, ids, sink, context, error);
        next += part.count;
    } while (result == CS_OK && next < act->users->count);
    return result;
}

enum cs_err cs_act_write(const struct cs_record *record, void *act_log, struct cs_error *error)
{
    const struct cs_act_log *to = act_log;

    (void)error;
    if (to->form != CS_AUDIT_JSON)
        cs_log_line(to->log, LOG_NOTICE, record->text);
    if (to->form != CS_AUDIT_TEXT)
        cs_log_line(to->log, LOG_NOTICE, record->json);
    return CS_OK;
}
