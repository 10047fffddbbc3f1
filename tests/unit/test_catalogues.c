/* SPDX-License-Identifier: Apache-2.0 */
/* Every text in every language, as the built catalogues have them. */
#include "tests/unit/unit.h"

#include "base/sanitise.h"
#include "conversation/phrasebook.h"
#include "conversation/width.h"
#include "login/option_checks.h"
#include "login/options.h"
#include "tests/unit/languages.h"
#include "tests/unit/shown.h"

/* Words at which clients send a stored password: anywhere in a text, letters of ASCII in
 * either case. The first of a language is the one of its password_prompt. */
static const struct {
    const char *language;
    const char *words[4];
} passwords[] = {
    {"ar", {"كلمة المرور", "كلمة السر", "مرور"}},
    {"cs", {"heslo", "hesl"}},
    {"de", {"passwort", "kennwort", "passwör"}},
    {"es", {"contraseña", "clave"}},
    {"fr", {"mot de passe", "mots de passe"}},
    {"he", {"סיסמה", "סיסמ"}},
    {"it", {"password", "parola"}},
    {"ja", {"パスワード", "パスコード", "暗証"}},
    {"ko", {"비밀번호", "암호", "패스워드"}},
    {"nl", {"wachtwoord"}},
    {"pl", {"hasło", "hasł"}},
    {"pt_BR", {"senha", "palavra-passe"}},
    {"ru", {"пароль", "парол", "Парол"}},
    {"sv", {"lösenord"}},
    {"tr", {"parola", "şifre", "Şifre"}},
    {"uk", {"пароль", "парол", "Парол"}},
    {"zh_CN", {"密码", "口令"}},
    {"", {"password", "passcode", "passphrase"}}, /* in every language */
};

/* A language under test, with values for every letter. */
struct scene {
    const char *language;
    struct cs_catalogue catalogue;
    struct cs_mo *mo;
    struct cs_phrasebook book;
};

static void scene_open(struct scene *scene, const char *language)
{
    memset(scene, 0, sizeof *scene);
    scene->language = language;
    if (language[0] != '\0')
        speak(language, &scene->catalogue, &scene->mo);
    else
        cs_catalogue_english(&scene->catalogue);
    scene->book.catalogue = &scene->catalogue;
}

static void scene_close(struct scene *scene)
{
    cs_mo_free(&scene->mo);
}

static void fill(struct cs_values *values, const char *text)
{
    for (const char *letter = "UHSRCND"; *letter != '\0'; letter++)
        cs_values_set(values, *letter, text);
    cs_values_set(values, 'I', "99");
    cs_values_set(values, 'T', "99");
    cs_values_set(values, 'L', "11");
    cs_values_set(values, 'P', text);
}

static void fill_typical(struct cs_values *values, enum cs_text key)
{
    fill(values, "alice");
    cs_values_set(values, 'H', "host.example.com");
    cs_values_set(values, 'S', "sshd");
    cs_values_set(values, 'R', "2001:db8::7");
    cs_values_set(values, 'C', "42");
    cs_values_set(values, 'D', "Pixel 9 Pro");
    cs_values_set(values, 'P', ":");
    cs_values_set(values, 'N', "alice.example@example.com");
    cs_values_set(values, 'W', "https://sign-in.example.com/realms/staff/protocol/oauth2/device");
    cs_values_set(values, 'E', "2027-01-31");
    if (key == CS_TEXT_WAIT_COUNTDOWN || key == CS_TEXT_RECOVERY_LEFT || key == CS_TEXT_ENROL_BY)
        cs_values_set(values, 'N', "110");
    if (key == CS_TEXT_MAIL_TIME)
        cs_values_set(values, 'N', "2027-01-31 12:34:56 +0100");
    if (key == CS_TEXT_LETTER_UNTIL)
        cs_values_set(values, 'N', "2027-01-31");
    if (key == CS_TEXT_DEVICE_PRESENCE || key == CS_TEXT_DEVICE_BIOMETRIC)
        cs_values_set(values, 'N', "Pixel 9 Pro");
}

/* Clean but for newlines, for the isolates that the program itself adds, and for marks. */
static void assert_clean(const struct scene *scene, size_t key, const struct cs_buffer *text)
{
    for (size_t i = 0; i < text->length;) {
        unsigned long code = 0;
        size_t size = cs_utf8_decode(text->text + i, text->length - i, &code);
        bool isolate =
            scene->catalogue.rtl && ((code >= 0x2067 && code <= 0x2069) || code == 0x061c ||
                                     (code >= 0x200e && code <= 0x200f));

        if (size == 0 || (code != '\n' && !isolate && !cs_is_clean(text->text + i, size)))
            fail_msg("%s: %s: byte %zu", scene->language, cs_texts[key].key, i);
        i += size;
    }
}

static void assert_ends(const struct scene *scene, size_t key, const struct cs_buffer *text)
{
    const char *last = text->text + text->length - 1;
    bool good = *last != '\n';

    if (cs_texts[key].use == CS_USE_LINES)
        good = *last == '\n';
    if (cs_texts[key].use == CS_USE_PROMPT)
        good = last[0] == ' ' && last[-1] == ':';
    if (!good)
        fail_msg("%s: %s ends badly: '%s'", scene->language, cs_texts[key].key, text->text);
}

static void assert_shown(const struct scene *scene, size_t key, const struct cs_values *values,
                         size_t columns)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};

    cs_say(&scene->book, (enum cs_text)key, values, &text);
    assert_false(text.failed);
    if (text.length == 0 || text.length > CS_PROMPT_BYTES)
        fail_msg("%s: %s has %zu bytes", scene->language, cs_texts[key].key, text.length);
    if (cs_text_columns(text.text, text.length) > columns)
        fail_msg("%s: %s: %zu columns: %s", scene->language, cs_texts[key].key,
                 cs_text_columns(text.text, text.length), text.text);
    assert_clean(scene, key, &text);
    assert_ends(scene, key, &text);
}

static void repeat(const char *part, size_t count, struct cs_buffer *out)
{
    for (size_t i = 0; i < count; i++)
        cs_buffer_text(out, part);
}

static void test_every_text_is_a_translation_that_may_be_shown(void **state)
{
    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        for (size_t key = 0; key < CS_TEXTS; key++) {
            const struct cs_plural *plural = scene.catalogue.plurals[key];
            const char *text = scene.catalogue.texts[key];
            struct cs_error error = {0};

            for (unsigned form = 0; form < (plural ? plural->forms : 1); form++) {
                if (cs_template_check_translation((enum cs_text)key, text, &error) != CS_OK)
                    fail_msg("%s: %s: %s", languages[l], cs_texts[key].key, error.text);
                text += strlen(text) + 1;
            }
        }
        scene_close(&scene);
    }
}

static void test_every_text_fits_with_typical_values(void **state)
{
    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        for (size_t key = 0; key < CS_TEXTS; key++) {
            struct cs_values values = {0};

            fill_typical(&values, (enum cs_text)key);
            for (values.number = 0; values.number <= (cs_texts[key].counted ? 110 : 0);
                 values.number++)
                assert_shown(&scene, key, &values, CS_PROMPT_COLUMNS);
        }
        scene_close(&scene);
    }
}

/* Texts that never follow ssh's prefix: lines further down, texts for a key at this machine, a line
 * that goes on with a request to a key, and what is shown elsewhere. */
static bool follows_no_prefix(enum cs_text key)
{
    static const enum cs_text texts[] = {CS_TEXT_CHOICE_END,
                                         CS_TEXT_CHOICE_MORE,
                                         CS_TEXT_TOTP,
                                         CS_TEXT_SMS,
                                         CS_TEXT_EMAIL,
                                         CS_TEXT_VOICE,
                                         CS_TEXT_TRANS_SMS,
                                         CS_TEXT_TRANS_EMAIL,
                                         CS_TEXT_DEVICE_PRESENCE,
                                         CS_TEXT_U2F,
                                         CS_TEXT_PHONE,
                                         CS_TEXT_BROWSER,
                                         CS_TEXT_WAIT_ENTER,
                                         CS_TEXT_DEVICE_BIOMETRIC,
                                         CS_TEXT_U2F_ENTER,
                                         CS_TEXT_U2F_TOUCH,
                                         CS_TEXT_U2F_NO_KEY,
                                         CS_TEXT_U2F_WITHHELD,
                                         CS_TEXT_U2F_NO_TOUCH,
                                         CS_TEXT_U2F_PIN,
                                         CS_TEXT_U2F_PIN_WRONG,
                                         CS_TEXT_U2F_PIN_RESTS,
                                         CS_TEXT_U2F_PIN_BLOCKED,
                                         CS_TEXT_U2F_PIN_KEPT,
                                         CS_TEXT_U2F_PIN_STALE,
                                         CS_TEXT_U2F_CANNOT_VERIFY,
                                         CS_TEXT_U2F_PROMPT,
                                         CS_TEXT_WAIT_COUNTDOWN,
                                         CS_TEXT_CONSENT_WORD,
                                         CS_TEXT_LETTER_TITLE,
                                         CS_TEXT_LETTER_INTRO,
                                         CS_TEXT_LETTER_SCAN,
                                         CS_TEXT_LETTER_TYPE,
                                         CS_TEXT_LETTER_LOGIN,
                                         CS_TEXT_LETTER_CODES,
                                         CS_TEXT_LETTER_UNTIL,
                                         CS_TEXT_LETTER_KEEP,
                                         CS_TEXT_MAIL_SUBJECT,
                                         CS_TEXT_MAIL_ENROLLED,
                                         CS_TEXT_MAIL_ADDED,
                                         CS_TEXT_MAIL_REPLACED,
                                         CS_TEXT_MAIL_REMOVED,
                                         CS_TEXT_MAIL_RECOVERY,
                                         CS_TEXT_MAIL_TIME,
                                         CS_TEXT_MAIL_SERVICE,
                                         CS_TEXT_MAIL_ADDRESS,
                                         CS_TEXT_MAIL_NOT_YOU,
                                         CS_TEXT_VERIFY_MESSAGE};

    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++) {
        if (texts[i] == key)
            return true;
    }
    return false;
}

static void assert_fits_behind_the_prefix(const struct scene *scene, size_t key,
                                          const struct cs_buffer *text)
{
    static const char prefix[] = "(alice@host.example.com) ";
    size_t length = strcspn(text->text, "\n"), columns;

    while (length > 0 && text->text[length - 1] == ' ')
        length--;
    columns = strlen(prefix) + cs_text_columns(text->text, length);
    if (columns > 80)
        fail_msg("%s: %s: %zu columns: %s", scene->language, cs_texts[key].key, columns,
                 text->text);
}

static void test_every_first_line_fits_behind_the_prefix_of_ssh(void **state)
{
    (void)state;
    for (size_t l = 0; l <= languages_count; l++) {
        struct scene scene;

        scene_open(&scene, l < languages_count ? languages[l] : "");
        for (size_t key = 0; key < CS_TEXTS; key++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
            CS_AUTO(cs_buffer_free) struct cs_buffer plain = {0};
            struct cs_values values = {0};

            if (follows_no_prefix((enum cs_text)key))
                continue;
            fill_sample(&values, (enum cs_text)key);
            scene.book.ascii = false;
            cs_say(&scene.book, (enum cs_text)key, &values, &text);
            scene.book.ascii = true;
            cs_say(&scene.book, (enum cs_text)key, &values, &plain);
            assert_fits_behind_the_prefix(&scene, key, &plain);
            assert_fits_behind_the_prefix(&scene, key, &text);
        }
        scene_close(&scene);
    }
}

/* The longest that a value may be, in bytes of one, two and three a column and more of them. The
 * address of a page is ASCII (RFC 3986 section 2). */
static void test_every_text_fits_with_longest_values(void **state)
{
    static const char *const parts[] = {"x", "é", "字", "a\u0301\u0301\u0301", "\u2022"};

    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        for (size_t p = 0; p < CS_ARRAY_SIZE(parts); p++) {
            CS_AUTO(cs_buffer_free) struct cs_buffer longest = {0};
            CS_AUTO(cs_buffer_free) struct cs_buffer address = {0};
            struct cs_values values = {0};

            repeat(parts[p], CS_VALUE_COLUMNS, &longest);
            repeat("x", CS_VALUE_COLUMNS, &address);
            fill(&values, longest.text);
            cs_values_set(&values, 'W', address.text);
            for (size_t key = 0; key < CS_TEXTS; key++)
                assert_shown(&scene, key, &values, SIZE_MAX);
        }
        scene_close(&scene);
    }
}

static void test_every_text_shows_what_is_required(void **state)
{
    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        for (size_t key = 0; key < CS_TEXTS; key++) {
            for (const char *letter = cs_texts[key].required; *letter != '\0'; letter++) {
                CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
                struct cs_values values = {0};

                cs_values_set(&values, *letter, "<kept>");
                cs_say(&scene.book, (enum cs_text)key, &values, &text);
                assert_contains(text.text, "<kept>");
            }
        }
        scene_close(&scene);
    }
}

static const char *find_password_word(const char *language, const char *text)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(passwords); i++) {
        if (passwords[i].language[0] != '\0' && strcmp(passwords[i].language, language) != 0)
            continue;
        for (size_t w = 0; passwords[i].words[w] != NULL; w++) {
            if (strcasestr(text, passwords[i].words[w]) != NULL)
                return passwords[i].words[w];
        }
    }
    return NULL;
}

/* Texts of a dialogue whose answer holds a password. */
static bool asks_for_password(size_t key)
{
    static const enum cs_text asking[] = {
        CS_TEXT_PASSWORD_PROMPT,
        CS_TEXT_PASSWORD_NOT_ACCEPTED,
        CS_TEXT_TOTP_AND_PASSWORD,
        CS_TEXT_PASSWORD_AND_TOTP,
        CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE,
        CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE,
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(asking); i++) {
        if ((size_t)asking[i] == key)
            return true;
    }
    return false;
}

/* Also where a person's own name for a thing would not be in it: values are empty here. */
static void test_no_text_makes_a_client_send_a_stored_password(void **state)
{
    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;
        bool listed = false;

        scene_open(&scene, languages[l]);
        for (size_t i = 0; i < CS_ARRAY_SIZE(passwords); i++)
            listed = listed || strcmp(passwords[i].language, languages[l]) == 0;
        assert_true(listed); /* a new language needs its words */
        for (size_t key = 0; key < CS_TEXTS; key++) {
            const char *word = find_password_word(languages[l], scene.catalogue.texts[key]);

            if ((word != NULL) != asks_for_password(key))
                fail_msg("%s: %s: '%s' in '%s'", languages[l], cs_texts[key].key,
                         word ? word : "none of its words", scene.catalogue.texts[key]);
        }
        scene_close(&scene);
    }
    for (size_t key = 0; key < CS_TEXTS; key++) /* English */
        assert_int_equal(find_password_word("", cs_texts[key].english) != NULL,
                         asks_for_password(key));
}

/* countersign-touch refuses a prompt in which something could be another host (docs/U2F-RELAY.md).
 */
static void test_no_text_about_keys_looks_like_a_host(void **state)
{
    static const enum cs_text keys[] = {
        CS_TEXT_NOT_ACCEPTED, CS_TEXT_U2F_PROMPT,    CS_TEXT_U2F_NO_KEY,
        CS_TEXT_U2F_NO_TOUCH, CS_TEXT_U2F_PIN_RESTS, CS_TEXT_U2F_PIN_BLOCKED,
        CS_TEXT_U2F_PIN_KEPT, CS_TEXT_U2F_PIN_STALE, CS_TEXT_U2F_CANNOT_VERIFY,
        CS_TEXT_U2F_TOUCH,    CS_TEXT_U2F_VERIFY,    CS_TEXT_U2F_MORE};

    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) {
            const char *text = scene.catalogue.texts[keys[i]];

            if (strstr(text, ") ") != NULL)
                fail_msg("%s: %s: '%s'", languages[l], cs_texts[keys[i]].key, text);
        }
        scene_close(&scene);
    }
    for (size_t i = 0; i < CS_ARRAY_SIZE(keys); i++) /* English */
        assert_null(strstr(cs_texts[keys[i]].english, ") "));
}

/* Where password and code share a line: the order that is asked for is the order that is split. The
 * line is shown in brackets; the words before them name both. */
static const struct {
    enum cs_text key;
    bool password_first;
} combined[] = {
    {CS_TEXT_TOTP_AND_PASSWORD, false},
    {CS_TEXT_PASSWORD_AND_TOTP, true},
    {CS_TEXT_TOTP_AND_PASSWORD_OR_DEVICE, false},
    {CS_TEXT_PASSWORD_AND_TOTP_OR_DEVICE, true},
};

static void assert_order(const char *language, size_t row, const char *text)
{
    const char *separator = strstr(text, "%P"), *bracket = strrchr(text, '('),
               *end = strchr(bracket ? bracket : text, ')');
    char before[CS_TEMPLATE_BYTES_MAX + 1], words[CS_TEMPLATE_BYTES_MAX + 1];

    if (separator == NULL || bracket == NULL || end == NULL || bracket > separator ||
        separator > end || separator - bracket < 2 || end - separator < 3 || separator[-1] == ' ' ||
        separator[2] == ' ')
        fail_msg("%s: a blank, or nothing, beside %%P in '%s'", language, text);
    (void)snprintf(before, sizeof before, "%.*s", (int)(separator - bracket), bracket);
    (void)snprintf(words, sizeof words, "%.*s", (int)(bracket - text), text);
    if ((find_password_word(language, before) != NULL) != combined[row].password_first ||
        (find_password_word(language, separator) != NULL) == combined[row].password_first ||
        find_password_word(language, words) == NULL)
        fail_msg("%s: %s asks in another order: '%s'", language, cs_texts[combined[row].key].key,
                 text);
}

static void test_a_shared_line_is_asked_for_in_its_order(void **state)
{
    (void)state;
    for (size_t row = 0; row < CS_ARRAY_SIZE(combined); row++) {
        assert_order("", row, cs_texts[combined[row].key].english);
        for (size_t l = 0; l < languages_count; l++) {
            struct scene scene;

            scene_open(&scene, languages[l]);
            assert_order(languages[l], row, scene.catalogue.texts[combined[row].key]);
            scene_close(&scene);
        }
    }
}

/* What is beside an address is taken for a part of it where it is opened or copied. */
static void assert_address_alone(const char *language, const char *text)
{
    const char *address = strstr(text, "%W");

    if (address == NULL || address == text || address[-1] != '\n' || address[2] != '\n' ||
        strstr(address + 2, "%W") != NULL)
        fail_msg("%s: the address does not stand alone on its line: '%s'", language, text);
}

static void test_the_address_of_a_page_stands_alone_on_its_line(void **state)
{
    (void)state;
    assert_address_alone("", cs_texts[CS_TEXT_BROWSER_PROMPT].english);
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        assert_address_alone(languages[l], scene.catalogue.texts[CS_TEXT_BROWSER_PROMPT]);
        scene_close(&scene);
    }
}

/* Whoever is asked for a code looks for one in a message. The word is the one of otp_prompt,
 * without the colon and the blanks around it. */
static void assert_not_called_a_code(const char *language, const char *code, const char *secret)
{
    CS_AUTO(cs_buffer_free) struct cs_buffer word = {0};

    cs_buffer_add(&word, code, strcspn(code, ":"));
    while (word.length > 0 && word.text[word.length - 1] == ' ')
        word.text[--word.length] = '\0';
    if (word.length > 2 && strcmp(word.text + word.length - 2, "\u00a0") == 0)
        word.text[word.length - 2] = '\0';
    assert_true(word.length > 0);
    if (strcasestr(secret, word.text) != NULL)
        fail_msg("%s: '%s' in '%s'", language, word.text, secret);
}

static void test_the_secret_for_requests_is_not_called_a_code(void **state)
{
    (void)state;
    assert_not_called_a_code("", cs_texts[CS_TEXT_OTP_PROMPT].english,
                             cs_texts[CS_TEXT_USER_CODE_PROMPT].english);
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        assert_not_called_a_code(languages[l], scene.catalogue.texts[CS_TEXT_OTP_PROMPT],
                                 scene.catalogue.texts[CS_TEXT_USER_CODE_PROMPT]);
        scene_close(&scene);
    }
}

static void test_every_text_has_its_option(void **state)
{
    size_t rows[CS_TEXTS] = {0};

    (void)state;
    for (size_t i = 0; cs_text_rows[i].name != NULL; i++) {
        enum cs_text key = CS_TEXTS;

        assert_true(cs_option_is_text(&cs_text_rows[i], &key));
        assert_uint_in_range(key, 0, CS_TEXTS - 1);
        assert_contains(cs_text_rows[i].name, cs_texts[key].key);
        rows[key]++;
    }
    for (size_t key = 0; key < CS_TEXTS; key++) {
        assert_int_equal(rows[key], 1);
        assert_true(strlen(cs_texts[key].key) > 0);
        for (const char *c = cs_texts[key].required; *c != '\0'; c++)
            assert_non_null(strchr(cs_texts[key].substitutions, *c));
        for (size_t other = 0; other < key; other++)
            assert_string_not_equal(cs_texts[key].key, cs_texts[other].key);
    }
}

/* One key of the usual length always fits into a prompt, whatever stands before it. Only what is
 * said about verification may make way. */
static void test_a_request_to_a_key_fits_behind_every_text(void **state)
{
    static const enum cs_text befores[] = {CS_TEXT_NOT_ACCEPTED, CS_TEXT_U2F_NO_KEY,
                                           CS_TEXT_U2F_WITHHELD};
    enum { REQUEST = 176, AFTER = 3, LIMIT = 500 };

    (void)state;
    for (size_t l = 0; l < languages_count; l++) {
        struct scene scene;

        scene_open(&scene, languages[l]);
        for (size_t i = 0; i < CS_ARRAY_SIZE(befores); i++) {
            const enum cs_text keys[] = {befores[i], CS_TEXT_U2F_MORE, CS_TEXT_U2F_PROMPT};
            CS_AUTO(cs_buffer_free) struct cs_buffer text = {0};
            struct cs_values values = {0};

            fill_typical(&values, befores[i]);
            cs_say_prompt(&scene.book, keys, CS_ARRAY_SIZE(keys), &values, &text);
            if (text.length + REQUEST + AFTER > LIMIT)
                fail_msg("%s: %zu bytes: %s", languages[l], text.length, text.text);
        }
        scene_close(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_is_a_translation_that_may_be_shown),
        cmocka_unit_test(test_every_text_fits_with_typical_values),
        cmocka_unit_test(test_every_first_line_fits_behind_the_prefix_of_ssh),
        cmocka_unit_test(test_every_text_fits_with_longest_values),
        cmocka_unit_test(test_a_request_to_a_key_fits_behind_every_text),
        cmocka_unit_test(test_every_text_shows_what_is_required),
        cmocka_unit_test(test_no_text_makes_a_client_send_a_stored_password),
        cmocka_unit_test(test_no_text_about_keys_looks_like_a_host),
        cmocka_unit_test(test_a_shared_line_is_asked_for_in_its_order),
        cmocka_unit_test(test_the_address_of_a_page_stands_alone_on_its_line),
        cmocka_unit_test(test_the_secret_for_requests_is_not_called_a_code),
        cmocka_unit_test(test_every_text_has_its_option),
    };

    return cmocka_run_group_tests_name("catalogues", tests, NULL, NULL);
}
