"""Opens a local page in a headless Chromium and prints what it finds there, as JSON.

browser.py PAGE.html EXPRESSION...   each JavaScript expression is evaluated in order (promises are awaited);
prints {"results": [...], "requests": [urls beside the page itself], "problems": [console messages and violations]}
"""
import asyncio
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import websockets


async def look(page, expressions):
    profile = tempfile.mkdtemp(prefix="emsctl-browser-")
    browser = subprocess.Popen(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--no-first-run",
         "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in browser.stderr:
            if "DevTools listening on " in line:
                address = line.split("DevTools listening on ")[1].strip()
                break
        else:
            raise SystemExit("chromium did not start")
        return await asyncio.wait_for(talk(address, pathlib.Path(page).resolve().as_uri(), expressions), 120)
    finally:
        browser.terminate()
        browser.wait()
        shutil.rmtree(profile, ignore_errors=True)


async def talk(address, url, expressions):
    requests, problems, results = [], [], []
    async with websockets.connect(address, max_size=None) as line:
        number = 0

        async def call(method, session=None, **parameters):
            nonlocal number
            number += 1
            message = {"id": number, "method": method, "params": parameters}
            if session:
                message["sessionId"] = session
            await line.send(json.dumps(message))
            return await until(lambda m: m.get("id") == number)

        async def until(is_it):
            while True:
                message = json.loads(await line.recv())
                note(message)
                if is_it(message):
                    return message.get("result", message)

        def note(message):
            method, parameters = message.get("method", ""), message.get("params", {})
            if method == "Network.requestWillBeSent" and parameters["request"]["url"] != url:
                requests.append(parameters["request"]["url"])
            if method in ("Log.entryAdded", "Runtime.exceptionThrown", "Audits.issueAdded"):
                problems.append(json.dumps(parameters)[:500])

        target = (await call("Target.createTarget", url="about:blank"))["targetId"]
        session = (await call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ("Network", "Page", "Log", "Runtime"):
            await call(domain + ".enable", session)
        await line.send(json.dumps(
            {"id": 0, "method": "Page.navigate", "params": {"url": url}, "sessionId": session}))
        await until(lambda m: m.get("method") == "Page.loadEventFired")
        for expression in expressions:
            answer = await call("Runtime.evaluate", session, expression=expression, awaitPromise=True, returnByValue=True)
            if "exceptionDetails" in answer:
                problems.append(json.dumps(answer["exceptionDetails"])[:500])
            results.append(answer.get("result", {}).get("value"))
    return {"results": results, "requests": requests, "problems": problems}


print(json.dumps(asyncio.run(look(sys.argv[1], sys.argv[2:]))))
