import os, discord, yarl

url = os.environ["SERVER"]
discord.http.Route.BASE = url + "/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1))
bot = discord.Client(intents=discord.Intents.all())

@bot.event
async def on_message(message):
    if message.content == "!ping":
        await message.channel.send("pong")

bot.run(os.environ["TOKEN"])
