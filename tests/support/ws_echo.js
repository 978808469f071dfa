// A websocket server made with the `ws` package: every message comes back as it went, unless the path asks for trouble.
//   node ws_echo.js [--tls KEY CERTIFICATE]      prints "listening on 127.0.0.1:PORT"; ends with its standard input
const args = process.argv.slice(2);
const { WebSocketServer } = require('ws');
const secure = args[0] === '--tls';
const fs = require('fs');
const server = secure
  ? require('https').createServer({ key: fs.readFileSync(args[1]), cert: fs.readFileSync(args[2]) })
  : require('http').createServer();
const wss = new WebSocketServer({ noServer: true, maxPayload: 64 << 20,
  handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false) });

function trouble(ws, kind) {
  if (kind === '/broken-utf8') ws._socket.write(Buffer.from([0x81, 4, 0x53, 0xff, 0xc3, 0x28]));
  if (kind === '/split-character') { ws._socket.write(Buffer.from([0x81, 1, 0xc3])); ws._socket.write(Buffer.from([0x81, 1, 0xa9])); }
  if (kind === '/one-byte') for (const c of 'SAC>') ws.send(c);
  if (kind === '/huge') ws.send(Buffer.alloc(8 << 20, 0x61));
  if (kind === '/fragments') { ws.send('SA', { fin: false }); ws.ping('in between'); ws.send('C>', { fin: true }); }
  if (kind === '/pings') { ws.ping('one'); ws.on('pong', (data) => ws.send('pong:' + data)); }
  if (kind === '/close') ws.close(1011, 'Connection not trusted');
  if (kind === '/reset') ws._socket.resetAndDestroy ? ws._socket.resetAndDestroy() : ws._socket.destroy();
  if (kind === '/masked') ws._socket.write(Buffer.from([0x82, 0x81, 1, 2, 3, 4, 5]));
  if (kind === '/reserved') ws._socket.write(Buffer.from([0xc2, 1, 5]));
}

server.on('upgrade', (request, socket, head) => {
  const status = { '/401': 401, '/403': 403, '/404': 404, '/500': 500 }[request.url.split('?')[0]];
  if (status) {
    socket.end(`HTTP/1.1 ${status} Sorry\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  wss.handleUpgrade(request, socket, head, (ws) => {
    const kind = request.url.split('?')[0];
    ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }));
    ws.on('close', (code) => console.log('closed with ' + code));
    if (kind === '/headers') ws.send(JSON.stringify(request.headers));
    trouble(ws, kind);
  });
});
server.on('request', (request, response) => response.end('plain http\n'));
server.listen(0, '127.0.0.1', () => console.log('listening on 127.0.0.1:' + server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
