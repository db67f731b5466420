import os, hikari

rest_url = os.environ["SERVER"] + "/api/v10"
bot = hikari.GatewayBot(os.environ["TOKEN"], rest_url=rest_url, intents=hikari.Intents.ALL)

@bot.listen()
async def on_message(event: hikari.GuildMessageCreateEvent):
    if event.content == "!ping":
        await event.message.respond("pong")

bot.run(check_for_updates=False)
