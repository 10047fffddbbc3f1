/* SPDX-License-Identifier: Apache-2.0 */
#include "login/ibm_words.h"

const struct cs_setting_mistake cs_ibm_argument_mistakes[] = {
    {"débogage", "debug"},
    {"debogage", "debug"},
    {"depuración", "debug"},
    {"voix_primaire", "prompt_voice"},
    {"présence_du_dispositif_de_primaire", "prompt_device_presence"},
    {"nom_utilisateur_attr", "user_name_attr"},
    {"ignore_isvalidé", "ignore_isvalidated"},
    {"méthode_auth", "auth_method"},
    {0},
};

const struct cs_setting_mistake cs_ibm_method_mistakes[] = {
    {"mot de passe", "password"},
    {"kennwort", "password"},
    {"contraseña", "password"},
    {"périphérique", "device"},
    {"dispositif", "device"},
    {"gerät", "device"},
    {"dispositivo", "device"},
    {"mot de passe-puis-voiceotp", "password-then-voiceotp"},
    {"mot de passe-et-totp-ou-dispositif", "password-and-totp-or-device"},
    {0},
};
