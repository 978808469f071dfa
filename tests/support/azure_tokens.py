"""Where tokens come from, for azure_double.py: Entra ID, the metadata service, App Service, and the az command line."""
import base64
import datetime
import hashlib
import json
import os
import subprocess
import tempfile
import time
import urllib.parse
import uuid

from azure_replies import AZ, SCENARIOS
from azure_web import reply

AZ_SCRIPT = """#!/usr/bin/python3
import json, os, sys, time, urllib.parse, urllib.request
query = urllib.parse.urlencode({"argv": json.dumps(sys.argv[1:]), "tty": int(os.isatty(0))})
said = json.load(urllib.request.build_opener(urllib.request.ProxyHandler({})).open("%s/double/az?" + query))
print(said["out"], end="")
print(said["err"], end="", file=sys.stderr)
sys.exit(said["exit"])
"""


class Tokens:
    def new_token(self):
        token = "eyJ0eXAiOiJKV1QifQ.eyJDQU5BUlkiOiJhenVyZSJ9.%s" % uuid.uuid4().hex
        self.tokens[token] = time.time() + self.settings["lifetime"]
        return token

    def is_token(self, text):
        return text.startswith("eyJ") and text.count(".") == 2

    def holds_token(self, data):
        return any(token.encode() in data for token in self.tokens)

    def why_not(self, token):
        if token not in self.tokens:
            return "token-bad"
        return None if time.time() < self.tokens[token] else "token-expired"

    def granted(self, as_text, resource):
        token, ends = self.new_token(), int(time.time()) + self.settings["lifetime"]
        said = {"token_type": "Bearer", "expires_in": self.settings["lifetime"], "access_token": token}
        if as_text:  # the metadata service gives its numbers as strings
            said = {**said, "expires_in": str(said["expires_in"]), "expires_on": str(ends), "resource": resource}
        return reply(said)

    def token(self, request, at):
        form = {k: v[0] for k, v in urllib.parse.parse_qs(request.body.decode("latin-1")).items()}
        if at["tenant"] != self.settings["tenant"]:
            return SCENARIOS["tenant-missing"]
        if form.get("grant_type") != "client_credentials" or not form.get("scope", "").endswith("/.default"):
            self.blame("token: wrong grant_type or scope")
        if form.get("client_id") != self.settings["client"]:
            return SCENARIOS["application-missing"]
        if "client_assertion" in form:
            kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            if form.get("client_assertion_type") != kind:
                self.blame("token: wrong client_assertion_type")
            good = form["client_assertion"] == self.settings["secret"]
            if self.settings["certificate"]:
                good = self.is_signed(form["client_assertion"], request.path)
            return self.granted(False, "") if good else SCENARIOS["assertion-wrong"]
        return SCENARIOS["secret-wrong"] if form.get("client_secret") != self.settings["secret"] else \
            self.granted(False, "")

    def is_signed(self, assertion, path):
        """Entra ID's rules for an assertion of a client certificate, its signature judged by OpenSSL."""
        parts = assertion.split(".")
        if len(parts) != 3:
            return False
        head, body, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        head, body = json.loads(head), json.loads(body)
        path_of = self.settings["certificate"]
        der = subprocess.run(["openssl", "x509", "-in", path_of, "-outform", "DER"], stdout=subprocess.PIPE).stdout
        print64 = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
        if head.get("alg") != "RS256" or head.get("x5t#S256") != print64:
            return False
        if body["iss"] != self.settings["client"] or body["sub"] != body["iss"] or not body["aud"].endswith(path):
            return False
        if not body["nbf"] <= time.time() < body["exp"] <= time.time() + 3600 or not body["jti"]:
            return False
        with tempfile.TemporaryDirectory() as where:
            names = [os.path.join(where, name) for name in ("key", "signature", "text")]
            key = subprocess.run(["openssl", "x509", "-in", path_of, "-noout", "-pubkey"], stdout=subprocess.PIPE).stdout
            for name, content in zip(names, (key, signature, ".".join(parts[:2]).encode())):
                with open(name, "wb") as file:
                    file.write(content)
            return subprocess.run(["openssl", "dgst", "-sha256", "-verify", names[0], "-signature", names[1], names[2]],
                                  stdout=subprocess.DEVNULL).returncode == 0

    def imds(self, request, at):
        if request.headers.get("metadata") != "true" or "x-forwarded-for" in request.headers:
            return SCENARIOS["metadata-missing"]
        if request.query.get("api-version") != "2018-02-01" or "resource" not in request.query:
            self.blame("imds: wrong query")
        asked = [request.query[k] for k in ("client_id", "object_id", "msi_res_id") if k in request.query]
        if self.settings["identity"] and asked != [self.settings["identity"]]:
            return SCENARIOS["identity-missing"]
        return self.granted(True, request.query.get("resource"))

    def app(self, request, at):
        if request.headers.get("x-identity-header") != self.settings["app_header"]:
            return SCENARIOS["metadata-missing"]
        if request.query.get("api-version") != "2019-08-01" or "resource" not in request.query:
            self.blame("app: wrong query")
        return self.granted(True, request.query.get("resource"))

    def az(self, request, at):
        said = self.settings["az"]
        argv = json.loads(request.query["argv"])
        self.seen["az"].append(argv)
        self.note("call: az")
        if request.query.get("tty") == "1":
            self.blame("az was given a terminal")
        if argv[:2] != ["account", "get-access-token"] or "json" not in argv:
            return reply({"exit": 2, "out": "", "err": "az: unknown words\n"})
        if said == "hang":
            return SCENARIOS["hang"]
        code, err = AZ[said]
        out = {"garbage": "<<<no json>>>"}.get(said, "")
        if said in ("good", "old", "warning"):
            ends = datetime.datetime.now() + datetime.timedelta(seconds=self.settings["lifetime"])
            shown = {"accessToken": self.new_token(), "expiresOn": ends.strftime("%Y-%m-%d %H:%M:%S.%f"),
                     "expires_on": int(ends.timestamp()), "subscription": self.settings["subscription"],
                     "tenant": self.settings["tenant"], "tokenType": "Bearer"}
            if said == "old":
                del shown["expires_on"]
            out = json.dumps(shown)
        return reply({"exit": code, "out": out, "err": err})
